/* The floor: what accepting connections and answering and sending frames costs when nothing else is done.
   Usage: epoll_peer PORT. Prints "ready" when it listens on 127.0.0.1. One thread; sessions, limits and accounting it has none.

   Frames: three big-endian uint32 (length with this header, version, command), then a body.
     1    verify: answered by a fixed 101 (code 1); a body that names heartbeat_ack asks for answers to heartbeats
     5    heartbeat: answered by 105 where that was asked for
     900  control: uint32 times, then bytes that go to every connection but this one, so many times. A burst of ten is ten frames once (one send
          for each connection) or one frame ten times. Answered by 900 with a uint32: how many sends had to wait so far. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FDS = 1 << 20, HEADER = 12, MAX_FRAME = 65536, MAX_PENDING = 1 << 20 };

struct connection {
    uint8_t *in, *out; /* an unfinished frame; what a socket did not take. Both only while there is some. */
    uint32_t in_bytes, out_bytes, place;
    bool answers, control;
};

static struct connection connections[MAX_FDS]; /* by descriptor; pages that nobody uses cost nothing */
static int everybody[MAX_FDS];
static uint32_t count, waited;
static int poll_fd;
static const uint8_t verified[] = { 0, 0, 0, 14, 0, 0, 0, 2, 0, 0, 0, 101, 8, 1 };
static const uint8_t beaten[] = { 0, 0, 0, 12, 0, 0, 0, 2, 0, 0, 0, 105 };

static void watch(int fd, int operation, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.fd = fd };
    epoll_ctl(poll_fd, operation, fd, &event);
}

static void end(int fd)
{
    struct connection *c = &connections[fd];
    if (!c->control) {
        everybody[c->place] = everybody[--count];
        connections[everybody[c->place]].place = c->place;
    }
    free(c->in);
    free(c->out);
    memset(c, 0, sizeof *c);
    close(fd);
}

/* What the socket does not take is kept and goes first once it is writable. A reader that is too far behind is left to its fate. */
static void put(int fd, const uint8_t *bytes, uint32_t length)
{
    struct connection *c = &connections[fd];
    ssize_t sent = c->out_bytes ? 0 : send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) sent = 0; /* would block; a broken one says so when it is read */
    uint32_t rest = length - (uint32_t)sent;
    if (rest == 0) return;
    waited++;
    if (c->out_bytes + rest > MAX_PENDING) return;
    c->out = realloc(c->out, c->out_bytes + rest);
    memcpy(c->out + c->out_bytes, bytes + sent, rest);
    if (c->out_bytes == 0) watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    c->out_bytes += rest;
}

static void flush(int fd)
{
    struct connection *c = &connections[fd];
    ssize_t sent = send(fd, c->out, c->out_bytes, MSG_NOSIGNAL);
    if (sent <= 0) return;
    c->out_bytes -= (uint32_t)sent;
    memmove(c->out, c->out + sent, c->out_bytes);
    if (c->out_bytes) return;
    free(c->out);
    c->out = NULL;
    watch(fd, EPOLL_CTL_MOD, EPOLLIN);
}

static uint32_t number(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return ntohl(value);
}

static void control(int fd, const uint8_t *body, uint32_t length)
{
    struct connection *c = &connections[fd];
    if (!c->control) {
        everybody[c->place] = everybody[--count];
        connections[everybody[c->place]].place = c->place;
        c->control = true;
    }
    for (uint32_t times = number(body); times; times--)
        for (uint32_t i = 0; i < count; i++) put(everybody[i], body + 4, length - 4);
    uint32_t answer[4] = { htonl(16), htonl(2), htonl(900), htonl(waited) };
    put(fd, (const uint8_t *)answer, sizeof answer);
}

static bool take(int fd, const uint8_t *frame, uint32_t length)
{
    switch (number(frame + 8)) {
    case 1:
        connections[fd].answers = memmem(frame, length, "heartbeat_ack", 13) != NULL;
        put(fd, verified, sizeof verified);
        return true;
    case 5:
        if (connections[fd].answers) put(fd, beaten, sizeof beaten);
        return true;
    case 900:
        if (length < HEADER + 4) return false;
        control(fd, frame + HEADER, length - HEADER);
        return true;
    default:
        return true;
    }
}

static void readable(int fd)
{
    static uint8_t buffer[MAX_FRAME * 2];
    struct connection *c = &connections[fd];
    uint32_t held = c->in_bytes;
    if (held) memcpy(buffer, c->in, held);
    ssize_t got = recv(fd, buffer + held, sizeof buffer - held, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) end(fd);
        return;
    }
    uint32_t have = held + (uint32_t)got, at = 0;
    while (have - at >= HEADER) {
        uint32_t length = number(buffer + at);
        if (length < HEADER || length > MAX_FRAME) {
            end(fd);
            return;
        }
        if (have - at < length) break;
        if (!take(fd, buffer + at, length)) {
            end(fd);
            return;
        }
        at += length;
    }
    if (have == at && !held) return;
    free(c->in);
    c->in = NULL;
    c->in_bytes = have - at;
    if (c->in_bytes) memcpy(c->in = malloc(c->in_bytes), buffer + at, c->in_bytes);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return 1;
    poll_fd = epoll_create1(0);
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
    puts("ready");
    fflush(stdout);

    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll_fd, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                for (int client; (client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
                    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    watch(client, EPOLL_CTL_ADD, EPOLLIN);
                    connections[client].place = count;
                    everybody[count++] = client;
                }
                continue;
            }
            if (events[i].events & EPOLLOUT) flush(fd);
            if (events[i].events & ~EPOLLOUT) readable(fd);
        }
    }
}
