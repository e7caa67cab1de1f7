using System.Buffers;
using Microservices.Gateway.Connections;
using Microservices.Protocol;

namespace Microservices.Gateway.Commands;

/// <summary>Command 12: the client leaves on purpose. Why, it may say; nobody needs it.</summary>
internal sealed class GoodbyeCommand : ICommandHandler
{
    public Command Command => Command.Goodbye;

    public bool WorksUnverified => true;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        connection.Close(Code.Goodbye);
        return null;
    }
}
