"""Who gets in, in which version, and who makes room for whom."""

from chat_client import SINGLE_DOWN, VERIFIED, VERIFY


def right_token(world):
    user = world.users[0]
    with world.connect() as client:
        answer = client.verify(user["name"], user["token"])
        assert answer["code"] == 1, answer


def wrong_token_then_right(world):
    user, other = world.users[:2]
    with world.connect() as client, world.login(other, gateway=1) as witness:
        for token in ("wrong", "", user["token"][:-1], other["token"]):
            answer = client.verify(user["name"], token)
            assert answer["code"] == 0, answer

            # Everything else is dropped without an answer: the next frame is that of the next verify.
            client.single(user["name"], other["name"], "must not arrive")
            client.broadcast(user["name"], "must not arrive")
            client.heartbeat()

        answer = client.verify(user["name"], user["token"])
        assert answer["code"] == 1, answer
        client.single(user["name"], other["name"], "arrives")
        assert witness.expect(SINGLE_DOWN).body == {"chat_from": user["name"], "chat_content": "arrives"}


def unverified_is_dropped(world):
    user, other = world.users[:2]
    with world.connect() as client, world.login(other) as witness:
        client.single(user["name"], other["name"], "must not arrive")
        client.heartbeat()
        answer = client.verify(user["name"], user["token"])
        assert answer["code"] == 1, answer
        client.single(user["name"], other["name"], "arrives")
        assert witness.expect(SINGLE_DOWN).body["chat_content"] == "arrives"


def unknown_user_and_missing_fields(world):
    user = world.users[0]
    with world.connect() as client:
        for body in ({"phone_number": "nobody-" + user["name"], "token": user["token"]}, {"phone_number": user["name"]},
                     {"token": user["token"]}, {}):
            client.send(VERIFY, body)
            answer = client.expect(VERIFIED).body
            assert answer["code"] == 0, (body, answer)
        assert client.verify(user["name"], user["token"])["code"] == 1


def versions(world):
    """The server answers in the version of the latest frame, whichever of the old ones it is."""
    user, other = world.users[:2]
    with world.login(other, gateway=1) as sender:
        for version in (0, 1, 1100):
            with world.connect(version=version) as client:
                client.send_verify(user["name"], user["token"])
                frame = client.expect(VERIFIED)
                assert (frame.version, frame.body["code"]) == (version, 1), frame
                sender.single(other["name"], user["name"], f"to {version}")
                frame = client.expect(SINGLE_DOWN)
                assert (frame.version, frame.body["chat_content"]) == (version, f"to {version}"), frame

        with world.login(user, version=1) as client:
            client.version = 1100
            client.single(user["name"], other["name"], "now 1100")
            assert sender.expect(SINGLE_DOWN).body["chat_content"] == "now 1100"
            sender.single(other["name"], user["name"], "so this too")
            assert client.expect(SINGLE_DOWN).version == 1100


def displacement(world):
    """A second login takes the place of the first, whose end leaves the second alone."""
    user, other = world.users[:2]
    with world.login(other) as sender:
        first = world.login(user, gateway=0)
        second = world.login(user, gateway=1)
        first.expect_closed()
        first.close()
        world.checkpoint("displaced")
        sender.single(other["name"], user["name"], "to the second")
        assert second.expect(SINGLE_DOWN).body["chat_content"] == "to the second"

        # And back on the other gateway, with the old connection still unread.
        third = world.login(user, gateway=0)
        second.expect_closed()
        world.checkpoint("displaced again")
        sender.single(other["name"], user["name"], "to the third")
        assert third.expect(SINGLE_DOWN).body["chat_content"] == "to the third"
        third.close()
        world.checkpoint("gone")


def displacement_on_one_gateway(world):
    user, other = world.users[:2]
    with world.login(other) as sender:
        connections = [world.login(user) for _ in range(5)]
        for connection in connections[:-1]:
            connection.expect_closed()
        sender.single(other["name"], user["name"], "to the last")
        assert connections[-1].expect(SINGLE_DOWN).body["chat_content"] == "to the last"
