"""Frames arrive cut and glued in any way; what can't be a frame is refused without harm to the others."""

import struct

from chat_client import (BROADCAST, ERROR, GROUP, HEARTBEAT, SINGLE, SINGLE_DOWN, VERIFIED, VERIFY, encode)


def byte_by_byte(world):
    user, other = world.users[:2]
    with world.connect() as client, world.login(other) as receiver:
        frames = encode(VERIFY, {"phone_number": user["name"], "token": user["token"]})
        for i in range(len(frames)):
            client.send_bytes(frames[i:i + 1])
        assert client.expect(VERIFIED).body["code"] == 1

        frames = encode(HEARTBEAT) + encode(SINGLE, {"chat_to": other["name"], "chat_content": "äöü 你好 🙂"})
        for i in range(len(frames)):
            client.send_bytes(frames[i:i + 1])
        assert receiver.expect(SINGLE_DOWN).body == {"chat_from": user["name"], "chat_content": "äöü 你好 🙂"}


def glued(world):
    user, other = world.users[:2]
    with world.connect() as client, world.login(other) as receiver:
        data = encode(VERIFY, {"phone_number": user["name"], "token": user["token"]})
        for i in range(50):
            data += encode(SINGLE, {"chat_from": user["name"], "chat_to": other["name"], "chat_content": f"{i}"}, version=i % 2)
            data += encode(HEARTBEAT)
        client.send_bytes(data)
        assert client.expect(VERIFIED).body["code"] == 1
        for i in range(50):
            assert receiver.expect(SINGLE_DOWN).body["chat_content"] == f"{i}"


def cut_at_every_place(world):
    user, other = world.users[:2]
    with world.login(user) as client, world.login(other, gateway=1) as receiver:
        for cut in range(1, 30):
            data = encode(SINGLE, {"chat_to": other["name"], "chat_content": f"{cut}"}) + encode(HEARTBEAT)
            client.send_bytes(data[:cut])
            client.send_bytes(data[cut:])
            assert receiver.expect(SINGLE_DOWN).body["chat_content"] == f"{cut}"


def unknown_command(world):
    user, other = world.users[:2]
    with world.login(user) as client, world.login(other) as receiver:
        for command in (0, 99, 4000000000):
            client.send(command, {"anything": 1})
            client.expect_error(4500, command)
        client.send_bytes(encode(77) + encode(SINGLE, {"chat_to": other["name"], "chat_content": "goes on"}))
        client.expect_error(4500, 77)
        assert receiver.expect(SINGLE_DOWN).body["chat_content"] == "goes on"


def refused(world, data, code, verified):
    """These bytes get error 108 with the code and the end of the connection."""
    with world.login(world.users[0]) if verified else world.connect() as client:
        client.send_bytes(data)
        frames = client.expect_closed()
        errors = [frame.body for frame in frames if frame.command == ERROR]
        assert [error["code"] for error in errors] == [code], (data, frames)
        return errors[0]


def impossible_lengths(world):
    for verified in (False, True):
        for length in (0, 1, 11):
            refused(world, struct.pack("!III", length, 1, HEARTBEAT), 4011, verified)
        for length in (64 * 1024 + 1, 2**31, 2**32 - 1):
            # The header alone decides: no body follows.
            refused(world, struct.pack("!III", length, 1, SINGLE), 4010, verified)


def largest_content(world):
    """What fits is delivered; what fits the frame but not the app's limit is refused, and the connection goes on."""
    user, other = world.users[:2]
    with world.login(user) as client, world.login(other) as receiver:
        content = "x" * (32 * 1024)
        client.send(SINGLE, {"chat_to": other["name"], "chat_content": content})
        assert receiver.expect(SINGLE_DOWN).body["chat_content"] == content

        client.send(SINGLE, {"chat_to": other["name"], "chat_content": content + "x"})
        client.expect_error(4509, SINGLE)

        frame = encode(SINGLE, {"chat_to": other["name"], "chat_content": "y", "filler": ""})
        filler = "z" * (64 * 1024 - len(frame))
        client.send(SINGLE, {"chat_to": other["name"], "chat_content": "y", "filler": filler})
        assert receiver.expect(SINGLE_DOWN).body["chat_content"] == "y"


def malformed_bodies(world):
    for body in (b"{", b"[]", b"\xff\xfe", b"\"text\"", b"{\"chat_to\":{}}", b"{\"chat_to\":\"bob\"", b"\0"):
        refused(world, struct.pack("!III", 12 + len(body), 1, SINGLE) + body, 4012, True)
    for body in (b"{", b"\xff"):
        refused(world, struct.pack("!III", 12 + len(body), 1, VERIFY) + body, 4012, False)
        refused(world, struct.pack("!III", 12 + len(body), 1, GROUP) + body, 4012, True)
        refused(world, struct.pack("!III", 12 + len(body), 1, BROADCAST) + body, 4012, True)


def unsupported_versions(world):
    """The answer is in version 2, the nearest that is spoken: code 4013 and the range 2 to 2 in protobuf."""
    for version in (3, 99):
        with world.connect() as client:
            client.send_bytes(encode(HEARTBEAT, version=version))
            frame = client.expect(ERROR)
            assert frame.version == 2 and b"\x18\xad\x1f" in frame.body and frame.body.endswith(b"\x30\x02\x38\x02"), frame
            assert client.expect_closed() == []
