using Microservices.Contracts.Bus;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>What the bus brings of kept messages: hints, all of it. What doesn't find its session here is in the log, and so in the page that opens it.</summary>
internal sealed class KeptArrivals(
    SessionTable sessions, AppDirectory apps, SharedDelivery shared, ChannelDelivery delivery, RoomState room, LeaseStanding standing, GatewayMetrics metrics)
{
    /// <summary>After so many recipients the lease is looked at again.</summary>
    private const int LookEvery = 64;

    /// <summary>A delivery with positions.</summary>
    /// <returns>False: the lease is in doubt; <paramref name="done"/> says for how many recipients it is done.</returns>
    public bool Deliver(string id, Contracts.Bus.Delivery message, ref int done)
    {
        if (message.ContentCase == Contracts.Bus.Delivery.ContentOneofCase.None || message.Positions.Count != (message.Everybody ? 1 : message.Recipients.Count))
        {
            metrics.Dropped(DropCause.UnknownKind);
            return true;
        }

        var content = KeptContent.Of(id, message);
        if (!message.Everybody)
        {
            return DeliverToInboxes(message, content, ref done);
        }

        // An app that nothing is known of has no sessions here.
        return apps.Find(message.App) is not { } app || shared.TryDeliver(app, LogPosition.Of(message.Positions[0]), content, ref done);
    }

    /// <summary>Inboxes that may have something that was lost on its way.</summary>
    public void Nudge(Nudge nudge)
    {
        for (var i = 0; i < nudge.Sessions.Count && i < nudge.Heads.Count; i++)
        {
            if (sessions.Find(nudge.Sessions[i]) is { } session && session.Incarnation == room.Incarnation)
            {
                delivery.Hint(session, ChannelKind.Inbox, LogPosition.Of(nudge.Heads[i]));
            }
        }
    }

    private bool DeliverToInboxes(Contracts.Bus.Delivery message, KeptContent content, ref int done)
    {
        for (var handled = 1; done < message.Recipients.Count; done++, handled++)
        {
            if (IsInDoubt(handled))
            {
                return false;
            }

            var key = message.Recipients[done];
            if (sessions.Find(key) is { } session)
            {
                Offer(session, ChannelKind.Inbox, LogPosition.Of(message.Positions[done]), content);
            }
            else if (sessions.FindLogin(key.Session) is null)
            {
                metrics.Dropped(DropCause.UnknownSession);
            }
        }

        return true;
    }

    private void Offer(Session session, ChannelKind channel, LogPosition position, KeptContent content)
    {
        if (session.Incarnation == room.Incarnation)
        {
            delivery.Offer(session, channel, position, content);
        }
        else
        {
            // It is opened when it is claimed again.
            metrics.Dropped(DropCause.NotClaimed);
        }
    }

    private bool IsInDoubt(int handled) => handled % LookEvery == 0 && !standing.IsKnown;
}
