/* The floor for a broadcast: accepts connections, and sends one frame to all but the first for each byte that the first one sends.
   Usage: epoll_broadcast PORT FRAME_BYTES. Prints "ready" when it listens. One thread, no accounting, no partial sends. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int connections[1 << 20];
static int count;

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    uint32_t bytes = (uint32_t)atoi(argv[2]);
    char *frame = calloc(1, bytes);
    uint32_t header[3] = { htonl(bytes), htonl(2), htonl(105) };
    memcpy(frame, header, sizeof header);

    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return 1;
    int poll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN, .data.fd = listener }, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    puts("ready");
    fflush(stdout);

    for (;;) {
        int ready = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                for (int client; (client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
                    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    event = (struct epoll_event){ .events = EPOLLIN, .data.fd = client };
                    epoll_ctl(poll, EPOLL_CTL_ADD, client, &event);
                    connections[count++] = client;
                }
                continue;
            }
            char buffer[4096];
            ssize_t got = recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0) {
                epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
                continue;
            }
            if (fd == connections[0])
                while (got--)
                    for (int c = 1; c < count; c++)
                        if (send(connections[c], frame, bytes, MSG_NOSIGNAL) != (ssize_t)bytes) return 3;
        }
    }
}
