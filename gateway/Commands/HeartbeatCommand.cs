using System.Buffers;
using Microservices.Gateway.Connections;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>Command 5. That it came is its meaning; a body may propose another interval.</summary>
internal sealed class HeartbeatCommand(TimeProvider time) : ICommandHandler
{
    public Command Command => Command.Heartbeat;

    public bool WorksUnverified => false;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        var session = connection.Session!;

        // Chat clients were promised that what their heartbeats hold is ignored.
        var proposedMs = body.IsEmpty || session.IsChatClient ? 0 : FrameBody.Read<Heartbeat>(header, body).HeartbeatMs;
        if (session.WantsHeartbeatAck)
        {
            // It tells the time, so it is encoded for each; the bytes are the thread's own, and nothing is allocated.
            var holdsMs = connection.AgreeOnHeartbeat(session, proposedMs);
            connection.Send(Command.HeartbeatAck, new HeartbeatAck { ServerTimeMs = time.GetUtcNow().ToUnixTimeMilliseconds(), HeartbeatMs = holdsMs });
        }
        else if (proposedMs > 0)
        {
            connection.AgreeOnHeartbeat(session, proposedMs);
        }

        return null;
    }
}
