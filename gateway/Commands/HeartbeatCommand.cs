using System.Buffers;
using Microservices.Gateway.Connections;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>Command 5. That it came is its meaning; its body is not looked at.</summary>
internal sealed class HeartbeatCommand(TimeProvider time) : ICommandHandler
{
    public Command Command => Command.Heartbeat;

    public bool WorksUnverified => false;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        if (connection.Session!.WantsHeartbeatAck)
        {
            connection.Send(Command.HeartbeatAck, new HeartbeatAck { ServerTimeMs = time.GetUtcNow().ToUnixTimeMilliseconds() });
        }

        return null;
    }
}
