#!/usr/bin/python3
"""A stranger's client of the center: knows proto/center.proto and an API key, nothing else.

usage: center_client.py PROTO_DIRECTORY ADDRESS KEY
Makes its stubs from the .proto file, calls the center, and prints what came back as one JSON object.
"""
import importlib
import json
import subprocess
import sys
import tempfile

import grpc


def make_stubs(proto_directory, output):
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto_directory}",
         f"--python_out={output}", f"--grpc_python_out={output}", "center.proto"],
        check=True)
    sys.path.insert(0, output)
    return importlib.import_module("center_pb2"), importlib.import_module("center_pb2_grpc")


def refusal(call):
    """Calls, and returns status, sentence and trailers of the refusal."""
    try:
        call()
    except grpc.RpcError as fault:
        trailers = dict(fault.trailing_metadata() or ())
        return {
            "status": fault.code().name,
            "details": fault.details(),
            "code": trailers.get("code"),
            "retry_after_ms": trailers.get("retry-after-ms"),
        }
    return {"status": "OK"}


def main():
    proto_directory, address, key = sys.argv[1:]
    seen = {}
    with tempfile.TemporaryDirectory() as output, grpc.insecure_channel(address) as channel:
        messages, services = make_stubs(proto_directory, output)
        center = services.CenterStub(channel)
        right = (("authorization", f"Bearer {key}"),)
        wrong = (("authorization", "Bearer mk_all_" + "A" * 43),)
        names = messages.UserOutcome.Outcome.Name

        pushed = center.Push(
            messages.PushRequest(app="default", users=messages.Users(users=["bob", "nobody", "Jürgen"]),
                                 payload="grüße".encode(), content_type="text/plain; charset=utf-8"),
            metadata=right, timeout=10)
        seen["push"] = {
            outcome.user: [names(outcome.outcome), *(f"{to.room}/{to.device}" for to in outcome.sent_to)]
            for outcome in pushed.outcomes
        }
        seen["message_id"] = pushed.message_id

        presence = center.GetPresence(
            messages.GetPresenceRequest(app="default", users=["bob", "nobody"]), metadata=right, timeout=10)
        seen["presence"] = {user.user: [session.room for session in user.sessions] for user in presence.users}

        online = center.ListOnline(messages.ListOnlineRequest(app="default"), metadata=right, timeout=10)
        seen["online"] = [session.user for session in online.sessions]

        issued = center.IssueToken(
            messages.IssueTokenRequest(app="default", user="Jürgen"), metadata=right, timeout=10)
        seen["token_length"] = len(issued.token)

        kicked = center.Kick(
            messages.KickRequest(app="default", users=["bob"], reason="bye"), metadata=right, timeout=10)
        seen["kick"] = [names(outcome.outcome) for outcome in kicked.outcomes]

        kept = messages.PushRequest(app="default", users=messages.Users(users=["bob"]), payload=b"Order 17 is paid", content_type="text/plain",
                                    qos=messages.QOS_AT_LEAST_ONCE, key="order-17-paid", ttl_ms=86_400_000)
        tries = [center.Push(kept, metadata=right, timeout=15).outcomes[0] for _ in range(2)]
        seen["kept"] = [[names(outcome.outcome), outcome.position.seq, outcome.repeated] for outcome in tries]
        seen["inbox"] = center.GetInbox(messages.GetInboxRequest(app="default", user="bob"), metadata=right, timeout=10).messages
        seen["pending"] = center.GetLedger(messages.GetLedgerRequest(app="default"), metadata=right, timeout=10).pending

        push = messages.PushRequest(app="default", users=messages.Users(users=["bob"]), payload=b"x")
        seen["no_key"] = refusal(lambda: center.Push(push, timeout=10))
        seen["wrong_key"] = refusal(lambda: center.Push(push, metadata=wrong, timeout=10))
        seen["unknown_app"] = refusal(lambda: center.Push(
            messages.PushRequest(app="nothing", users=push.users, payload=b"x"), metadata=right, timeout=10))
        seen["repeated_user"] = refusal(lambda: center.GetPresence(
            messages.GetPresenceRequest(app="default", users=["Jürgen", "Jürgen"]), metadata=right, timeout=10))
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
