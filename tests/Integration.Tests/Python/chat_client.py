"""A client of the chat protocol as its existing users have it: written from the protocol's description alone.

A frame is 12 bytes of header, three unsigned 32-bit numbers in network order (length of the whole frame with the
header, version, command), and a body of UTF-8 JSON. Up: 1 verify, 2 single, 3 group, 4 broadcast, 5 heartbeat.
Down: 101 result of verify, 102 single, 103 group, 104 broadcast.

Standard library only, and nothing shared with the servers, so that a mistake in theirs is not repeated here.
"""

import collections
import json
import socket
import struct
import time

HEADER = struct.Struct("!III")

VERIFY, SINGLE, GROUP, BROADCAST, HEARTBEAT = 1, 2, 3, 4, 5
VERIFIED, SINGLE_DOWN, GROUP_DOWN, BROADCAST_DOWN = 101, 102, 103, 104
DIRECTIVE, ERROR = 107, 108

# How long anything may take on a busy machine before it counts as never.
PATIENCE_SECONDS = 30

Frame = collections.namedtuple("Frame", "version command body")


class Closed(Exception):
    """The server closed the connection."""


def encode(command, body=None, version=1):
    """The bytes of a frame; a body of None is no body at all."""
    text = b"" if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8")
    return HEADER.pack(HEADER.size + len(text), version, command) + text


class ChatClient:
    def __init__(self, address, version=1):
        self.version = version
        self._received = b""
        self._socket = socket.create_connection(tuple(address), timeout=PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    # ---- up ----

    def send_bytes(self, data):
        self._socket.sendall(data)

    def send(self, command, body=None, version=None):
        self.send_bytes(encode(command, body, self.version if version is None else version))

    def send_verify(self, user, token, **more):
        self.send(VERIFY, {"phone_number": user, "token": token, **more})

    def verify(self, user, token, **more):
        """Sends verify and returns the body of its answer."""
        self.send_verify(user, token, **more)
        return self.expect(VERIFIED).body

    def single(self, sender, to, content):
        self.send(SINGLE, {"chat_from": sender, "chat_to": to, "chat_content": content})

    def group(self, sender, to, content):
        self.send(GROUP, {"chat_from": sender, "chat_to": to, "chat_content": content})

    def broadcast(self, sender, content):
        self.send(BROADCAST, {"chat_from": sender, "chat_content": content})

    def heartbeat(self):
        self.send(HEARTBEAT)

    # ---- down ----

    def receive(self, patience=PATIENCE_SECONDS):
        """The next frame. Raises Closed at the end of the stream and TimeoutError when nothing comes."""
        deadline = time.monotonic() + patience
        header = HEADER.unpack(self._take(HEADER.size, deadline))
        length, version, command = header
        if length < HEADER.size:
            raise AssertionError(f"the server sent a frame of length {length}")
        text = self._take(length - HEADER.size, deadline)
        if version == 2:
            return Frame(version, command, text)  # protobuf, which this client doesn't speak
        return Frame(version, command, json.loads(text.decode("utf-8")) if text else None)

    def expect(self, command, patience=PATIENCE_SECONDS):
        """The next frame, which must be of this command."""
        frame = self.receive(patience)
        if frame.command != command:
            raise AssertionError(f"expected command {command}, got {frame}")
        return frame

    def expect_error(self, code, command=None):
        """The next frame, which must be error 108 with this code (and about this command)."""
        body = self.expect(ERROR).body
        if body["code"] != code or (command is not None and body.get("command") != command):
            raise AssertionError(f"expected error {code} about command {command}, got {body}")
        return body

    def expect_closed(self, patience=PATIENCE_SECONDS):
        """Reads to the end of the stream, which must come; returns the frames before it."""
        deadline = time.monotonic() + patience
        frames = []
        try:
            while True:
                frames.append(self.receive(deadline - time.monotonic()))
        except (Closed, ConnectionResetError, BrokenPipeError):
            return frames

    def _take(self, count, deadline):
        while len(self._received) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{count} bytes did not come; so far: {self._received!r}")
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except socket.timeout:
                continue
            if not data:
                raise Closed(f"closed while {count} bytes were expected; so far: {self._received!r}")
            self._received += data
        taken, self._received = self._received[:count], self._received[count:]
        return taken
