using System.Buffers;
using System.Globalization;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Delivery.Fetching;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>Command 13: a client reads a channel behind a position. It is answered later; the connection reads on meanwhile.</summary>
internal sealed class FetchCommand(FetchReads reads, ChannelMetrics metrics) : ICommandHandler
{
    /// <summary>No position of a log is as high: numbers in JSON and in scripts are exact below 2^53.</summary>
    private const ulong Beyond = 1UL << 53;

    public Command Command => Command.Fetch;

    public bool WorksUnverified => false;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        if (connection.Session!.IsChatClient)
        {
            // Not of their protocol.
            CommandTable.RefuseUnknown(connection, Command.Fetch);
            return null;
        }

        var fetch = FrameBody.Read<Fetch>(header, body);
        if (connection.SessionOf(fetch.App) is not { } session)
        {
            metrics.Fetched(FetchOutcome.Refused);
            CommandTable.RefuseUnbound(connection, Command.Fetch, fetch.Id, fetch.App);
        }
        else if (ChannelKinds.Find(fetch.Channel) is not { } channel)
        {
            Refuse(session, fetch, Code.UnknownChannel, $"There is no channel '{ChannelKinds.Shown(fetch.Channel)}'.");
        }
        else if (fetch.Limit > Fetch.MaxLimit)
        {
            Refuse(session, fetch, Code.InvalidArgument, string.Create(CultureInfo.InvariantCulture, $"limit is {fetch.Limit}; it takes 1 to {Fetch.MaxLimit}, or none."));
        }
        else if (fetch.Epoch >= Beyond || fetch.Seq >= Beyond)
        {
            Refuse(session, fetch, Code.UnknownPosition, string.Create(CultureInfo.InvariantCulture, $"({fetch.Epoch}, {fetch.Seq}) is beyond the head of the channel."));
        }
        else if (!session.TryBeginFetch())
        {
            Refuse(session, fetch, Code.RateLimited, "A fetch of this session is under way; one at a time.");
        }
        else
        {
            var limit = fetch.Limit == 0 ? Fetch.DefaultLimit : fetch.Limit;
            reads.Add(new FetchRequest(session, channel, new LogPosition(fetch.Epoch, fetch.Seq), (int)limit, fetch.Id, session.NamedApp));
        }

        return null;
    }

    private void Refuse(Session session, Fetch fetch, Code code, string message)
    {
        metrics.Fetched(FetchOutcome.Refused);
        session.Connection.Fail(Command.Fetch, fetch.Id, code, message, app: session.NamedApp);
    }
}
