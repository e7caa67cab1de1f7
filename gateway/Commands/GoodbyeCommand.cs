using System.Buffers;
using Microservices.Gateway.Connections;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>Command 12: the client leaves on purpose, or one of its bound apps does. Why, it may say; nobody needs it.</summary>
internal sealed class GoodbyeCommand : ICommandHandler
{
    public Command Command => Command.Goodbye;

    public bool WorksUnverified => true;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        // Who has bound nothing can mean only the whole: what else its body holds is not looked at.
        var goodbye = connection.Bound.IsEmpty ? null : FrameBody.Read<Goodbye>(header, body);
        if (goodbye is not { App.Length: > 0 })
        {
            connection.Close(Code.Goodbye);
        }
        else if (connection.SessionOf(goodbye.App) is { } session)
        {
            session.Close(Code.Goodbye, "");
        }
        else
        {
            CommandTable.RefuseUnbound(connection, Command.Goodbye, "", goodbye.App);
        }

        return null;
    }
}
