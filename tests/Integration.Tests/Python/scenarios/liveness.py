"""Who is cut for silence. The app of these scenarios has a limit of 4 s."""

import threading
import time

from chat_client import SINGLE_DOWN


def beating_client_stays(world):
    """One beats every 2 s and stays; one never beats and is cut; one beats twice, stops, and is cut."""
    steady, never, stops = world.users[:3]
    with world.login(steady) as a, world.login(never) as b, world.login(stops) as c:
        for beat in range(8):
            a.heartbeat()
            if beat < 2:
                c.heartbeat()
            time.sleep(2)
        b.expect_closed()
        c.expect_closed()
        a.heartbeat()
        a.single(steady["name"], steady["name"], "still here")
        assert a.expect(SINGLE_DOWN).body["chat_content"] == "still here"


def what_it_receives_does_not_keep_it(world):
    talker, listener = world.users[:2]
    with world.login(talker) as a, world.login(listener, gateway=1) as b:
        stop = threading.Event()

        def talk():
            while not stop.wait(0.5):
                a.single(talker["name"], listener["name"], "are you there?")

        talking = threading.Thread(target=talk, daemon=True)
        talking.start()
        frames = b.expect_closed()
        stop.set()
        talking.join()
        assert any(frame.command == SINGLE_DOWN for frame in frames), frames


def chat_counts_as_life(world):
    """Anything that comes from the client is a sign of life, not heartbeats alone."""
    talker, silent = world.users[:2]
    with world.login(talker) as a, world.login(silent) as b:
        for i in range(14):
            a.single(talker["name"], talker["name"], str(i))
            assert a.expect(SINGLE_DOWN).body["chat_content"] == str(i)
            time.sleep(0.5)
        b.expect_closed()
