using System.Buffers;
using System.Globalization;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>Command 6: the client is done with everything up to some positions. Each is judged alone; of several faults the first is told.</summary>
internal sealed class AckCommand(ChannelDelivery delivery, ChannelMetrics metrics) : ICommandHandler
{
    public Command Command => Command.Ack;

    public bool WorksUnverified => false;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        var ack = FrameBody.Read<Ack>(header, body);
        if (connection.SessionOf(ack.App) is not { } session)
        {
            metrics.AckOfUnboundApp();
            CommandTable.RefuseUnbound(connection, Command.Ack, ack.Id, ack.App);
        }
        else if (!session.WantsAck)
        {
            metrics.AckForbidden();
            connection.Fail(Command.Ack, ack.Id, Code.Forbidden, "This session did not ask for the feature ack.", app: session.NamedApp);
        }
        else if (ack.Positions.Count > Ack.MaxPositions)
        {
            connection.Fail(
                Command.Ack, ack.Id, Code.InvalidArgument, string.Create(CultureInfo.InvariantCulture, $"{ack.Positions.Count} positions; the limit is {Ack.MaxPositions}."), app: session.NamedApp);
        }
        else
        {
            Take(connection, session, ack);
        }

        return null;
    }

    private void Take(Connection connection, Session session, Ack ack)
    {
        (Code Code, string Message)? fault = null;
        for (var i = 0; i < ack.Positions.Count; i++)
        {
            var found = Take(session, ack.Positions[i]);
            fault ??= found;
        }

        if (fault is var (code, message))
        {
            connection.Fail(Command.Ack, ack.Id, code, message, app: session.NamedApp);
        }
    }

    private (Code Code, string Message)? Take(Session session, ChannelPosition position)
    {
        if (ChannelKinds.Find(position.Channel) is not { } channel)
        {
            metrics.AckOfUnknownChannel();
            return (Code.UnknownChannel, $"There is no channel '{ChannelKinds.Shown(position.Channel)}'.");
        }

        return delivery.Acknowledge(session, channel, new LogPosition(position.Epoch, position.Seq)) == AckVerdict.NeverSent
            ? (Code.UnknownPosition, string.Create(CultureInfo.InvariantCulture, $"{position.Channel} {position.Epoch}-{position.Seq} was not sent on this connection."))
            : null;
    }
}
