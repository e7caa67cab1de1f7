using System.Buffers;
using Microservices.Gateway.Connections;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>Command 8: the client has done with a bound app. The app of the verify can't be unbound: goodbye ends it.</summary>
internal sealed class UnbindCommand : ICommandHandler
{
    public Command Command => Command.Unbind;

    public bool WorksUnverified => false;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        if (connection.Session!.IsChatClient)
        {
            // Not of their protocol.
            CommandTable.RefuseUnknown(connection, Command.Unbind);
            return null;
        }

        var unbind = FrameBody.Read<Unbind>(header, body);
        if (connection.SessionOf(unbind.App) is { IsBound: true } session)
        {
            connection.Close(session, Code.Goodbye, id: unbind.Id);
        }
        else
        {
            CommandTable.RefuseUnbound(connection, Command.Unbind, unbind.Id, unbind.App);
        }

        return null;
    }
}
