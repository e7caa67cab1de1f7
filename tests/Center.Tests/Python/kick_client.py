#!/usr/bin/python3
"""A stranger who kicks an app by a job and watches it.

usage: kick_client.py PROTO_DIRECTORY ADDRESS KEY
"""
import json
import sys
import tempfile

import grpc

from center_client import make_stubs, refusal


def main():
    proto_directory, address, key = sys.argv[1:]
    seen = {}
    with tempfile.TemporaryDirectory() as output, grpc.insecure_channel(address) as channel:
        messages, services = make_stubs(proto_directory, output)
        center = services.CenterStub(channel)
        right = (("authorization", f"Bearer {key}"),)
        start = messages.StartKickRequest(app="default", everybody=messages.Everybody(), reason="moving", key="move-1")

        job = center.StartKick(start, metadata=right, timeout=10)
        seen["same"] = center.StartKick(start, metadata=right, timeout=10).id == job.id
        for job in center.WatchKick(messages.GetKickRequest(id=job.id), metadata=right, timeout=30):
            seen["last"] = [messages.KickJob.State.Name(job.state), job.found, job.ended, job.gone]

        start.reason = "another"
        seen["conflict"] = refusal(lambda: center.StartKick(start, metadata=right, timeout=10))
        seen["unknown"] = refusal(lambda: list(center.WatchKick(messages.GetKickRequest(id="none"), metadata=right, timeout=10)))
        seen["no_key"] = refusal(lambda: list(center.WatchKick(messages.GetKickRequest(id=job.id), timeout=10)))
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
