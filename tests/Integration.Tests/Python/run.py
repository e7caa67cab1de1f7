"""Runs one scenario: run.py NAME, with what it needs as one line of JSON on standard input:

{"gateways": [[host, port], ...], "users": [{"name": ..., "token": ...}, ...], "app": name or null}

A scenario that returns has passed; one that raises has not. At a checkpoint it prints `checkpoint NAME` and waits for
a line, so that the test which started it can look at the platform meanwhile.
"""

import importlib
import json
import sys
import time

from chat_client import PATIENCE_SECONDS, ChatClient


class World:
    def __init__(self, given):
        self.gateways = given["gateways"]
        self.users = given["users"]
        self.app = given.get("app")

    def connect(self, gateway=0, version=1):
        return ChatClient(self.gateways[gateway % len(self.gateways)], version)

    def login(self, user, gateway=0, version=1):
        """A connection that is verified as the user."""
        client = self.connect(gateway, version)
        more = {"app": self.app} if self.app else {}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = client.verify(user["name"], user["token"], **more)
            if answer["code"] == 1:
                return client

            # An app that was made a moment ago reaches the gateways by and by.
            if answer.get("reason") != "unknown_app" or time.monotonic() > deadline:
                raise AssertionError(f"verify of {user['name']} answered {answer}")
            time.sleep(0.1)

    @staticmethod
    def checkpoint(name):
        print(f"checkpoint {name}", flush=True)
        if sys.stdin.readline() == "":
            raise AssertionError(f"the test ended at checkpoint {name}")


def main():
    module, _, scenario = sys.argv[1].partition(".")
    world = World(json.loads(sys.stdin.readline()))
    getattr(importlib.import_module(f"scenarios.{module}"), scenario)(world)


if __name__ == "__main__":
    main()
