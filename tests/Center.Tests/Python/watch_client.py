#!/usr/bin/python3
"""Keeps a copy of who is online by the recipe of docs/center-api.md, with proto/center.proto and an API key alone.

usage: watch_client.py PROTO_DIRECTORY ADDRESS KEY
When it has read the state it kicks bob, waits until its copy knows, and prints what it saw as one JSON object.
"""
import json
import sys
import tempfile

import grpc

from center_client import make_stubs, refusal


def main():
    proto_directory, address, key = sys.argv[1:]
    seen = {"whys": [], "changes": []}
    with tempfile.TemporaryDirectory() as output, grpc.insecure_channel(address) as channel:
        messages, services = make_stubs(proto_directory, output)
        api = services.CenterStub(channel)
        metadata = (("authorization", f"Bearer {key}"),)
        online = {}

        def read_all():
            sessions, cursor = [], ""
            while True:
                page = api.ListOnline(
                    messages.ListOnlineRequest(app="default", cursor=cursor), metadata=metadata, timeout=10)
                sessions += page.sessions
                cursor = page.next_cursor
                if not cursor:
                    return sessions

        updates = api.WatchPresence(
            messages.WatchPresenceRequest(app="default"), metadata=metadata, timeout=60)
        for update in updates:
            if update.HasField("read_now"):
                seen["whys"].append(messages.ReadNow.Why.Name(update.read_now.why))
                online = {(s.user, s.device): (s.epoch, s.change) for s in read_all()}
                seen["first"] = sorted(user for user, device in online)
                api.Kick(messages.KickRequest(app="default", users=["bob"]), metadata=metadata, timeout=10)
                continue

            change = update.change
            place = (change.user, change.device)
            if (change.epoch, change.change) <= online.get(place, (0, 0)):
                continue
            if change.kind == messages.PresenceChange.OFFLINE:
                online.pop(place, None)
            else:
                online[place] = (change.epoch, change.change)
            seen["changes"].append([messages.PresenceChange.Kind.Name(change.kind), change.user, change.device, change.code])
            if change.kind == messages.PresenceChange.OFFLINE:
                break

        updates.cancel()
        seen["last"] = sorted(user for user, device in online)
        seen["unknown"] = refusal(lambda: next(api.WatchPresence(
            messages.WatchPresenceRequest(app="nothing"), metadata=metadata, timeout=10)))
        seen["no_key"] = refusal(lambda: next(api.WatchPresence(
            messages.WatchPresenceRequest(app="default"), timeout=10)))
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
