"""Single, group and broadcast chat, and what the sender hears of it."""

from chat_client import BROADCAST, BROADCAST_DOWN, ERROR, GROUP, GROUP_DOWN, SINGLE, SINGLE_DOWN


def single(world):
    alice, bob = world.users[:2]
    with world.login(alice, gateway=0) as a, world.login(bob, gateway=1) as b:
        a.single(alice["name"], bob["name"], "hello")
        assert b.expect(SINGLE_DOWN).body == {"chat_from": alice["name"], "chat_content": "hello"}
        b.single(bob["name"], alice["name"], "hello yourself")
        assert a.expect(SINGLE_DOWN).body == {"chat_from": bob["name"], "chat_content": "hello yourself"}


def keeps_order(world):
    alice, bob = world.users[:2]
    with world.login(alice, gateway=0) as a, world.login(bob, gateway=1) as b:
        for i in range(500):
            a.single(alice["name"], bob["name"], str(i))
        for i in range(500):
            assert b.expect(SINGLE_DOWN).body["chat_content"] == str(i)


def group(world):
    alice, bob, carol = world.users[:3]
    with world.login(alice) as a, world.login(bob, gateway=0) as b, world.login(carol, gateway=1) as c:
        a.group(alice["name"], [bob["name"], carol["name"]], "to you two")
        for client in (b, c):
            assert client.expect(GROUP_DOWN).body == {"chat_from": alice["name"], "chat_content": "to you two"}


def broadcast(world):
    """Everybody but the sender gets it."""
    alice, bob, carol = world.users[:3]
    with world.login(alice) as a, world.login(bob, gateway=0) as b, world.login(carol, gateway=1) as c:
        a.broadcast(alice["name"], "to all")
        for client in (b, c):
            assert client.expect(BROADCAST_DOWN).body == {"chat_from": alice["name"], "chat_content": "to all"}

        # Nothing of it came back: the next frame is what bob says now.
        b.single(bob["name"], alice["name"], "heard")
        a.expect(SINGLE_DOWN)


def forged_sender(world):
    alice, bob, carol = world.users[:3]
    with world.login(alice) as a, world.login(bob, gateway=1) as b:
        a.send(SINGLE, {"chat_from": carol["name"], "chat_to": bob["name"], "chat_content": "1"})
        a.send(GROUP, {"chat_from": carol["name"], "chat_to": [bob["name"]], "chat_content": "2"})
        a.send(SINGLE, {"chat_to": bob["name"], "chat_content": "3"})
        for command in (SINGLE_DOWN, GROUP_DOWN, SINGLE_DOWN):
            assert b.expect(command).body["chat_from"] == alice["name"]
        a.send(BROADCAST, {"chat_from": carol["name"], "chat_content": "4"})
        assert b.expect(BROADCAST_DOWN).body["chat_from"] == alice["name"]


def offline_target(world):
    alice, bob = world.users[:2]
    with world.login(alice) as a:
        a.single(alice["name"], bob["name"], "anybody there?")
        a.expect_error(4507, SINGLE)
        with world.login(bob, gateway=1) as b:
            a.single(alice["name"], bob["name"], "now?")
            assert b.expect(SINGLE_DOWN).body["chat_content"] == "now?"
        world.checkpoint("bob left")
        a.single(alice["name"], bob["name"], "still there?")
        a.expect_error(4507, SINGLE)


def group_with_an_offline_member(world):
    alice, bob, carol = world.users[:3]
    with world.login(alice) as a, world.login(bob) as b:
        a.group(alice["name"], [bob["name"], carol["name"]], "who is here?")
        assert b.expect(GROUP_DOWN).body["chat_content"] == "who is here?"
        a.expect_error(4507, GROUP)


def nonsense_is_refused(world):
    """Errors that name the fault, and the connection goes on."""
    alice, bob = world.users[:2]
    with world.login(alice) as a, world.login(bob) as b:
        a.send(SINGLE, {"chat_from": alice["name"], "chat_content": "to nobody"})
        a.expect_error(4506, SINGLE)
        a.send(GROUP, {"chat_to": [], "chat_content": "to nobody"})
        a.expect_error(4506, GROUP)
        a.send(GROUP, {"chat_to": [f"user-{i}" for i in range(101)], "chat_content": "to too many"})
        a.expect_error(4508, GROUP)
        a.send(SINGLE, {"chat_to": "x" * 129, "chat_content": "a name too long"})
        frame = a.expect(ERROR)
        assert frame.body["code"] in (4506, 4507), frame
        a.single(alice["name"], bob["name"], "goes on")
        assert b.expect(SINGLE_DOWN).body["chat_content"] == "goes on"


def policy_forbids(world):
    """The app of this test allows no chat at all."""
    alice, bob = world.users[:2]
    with world.login(alice) as a, world.login(bob):
        a.single(alice["name"], bob["name"], "no")
        a.expect_error(4505, SINGLE)
        a.group(alice["name"], [bob["name"]], "no")
        a.expect_error(4505, GROUP)
        a.broadcast(alice["name"], "no")
        a.expect_error(4505, BROADCAST)
