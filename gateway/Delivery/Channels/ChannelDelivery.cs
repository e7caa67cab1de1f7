using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>
/// Kept messages on their way to clients: tells the flows of sessions what the bus, the log and the clients say, and does what they need.
/// <code>
/// bus ──Offer──►┐                      ┌──► outbox
/// nudge ─Hint──►│ flow of the session  ├──► source.Read ──► Take
/// log ───Take──►│ (one per channel)    ├──► looks (gaps)
/// client ─Ack──►┘                      └──► cursors, told to register
/// </code>
/// A flow is locked while it is told something, and while it posts. Nobody waits within that lock; no other flow is locked in it.
/// </summary>
internal sealed class ChannelDelivery(
    InboxReads inboxes, SharedLog all, CursorReports cursors, FlowLooks looks, AwayFlows aways, RoomState room, LeaseStanding standing, SinkParts parts, ChannelMetrics metrics)
{
    /// <summary>A source that always has another page at hand gets a rest after so many.</summary>
    private const int MaxPagesAtOnce = 64;

    /// <summary>A message came on the bus. The lease is not in doubt.</summary>
    public void Offer(Session session, ChannelKind channel, LogPosition position, KeptContent content)
    {
        var flow = session.FlowOf(channel);
        var sink = new ConnectionSink(session, channel, parts);
        FlowNeeds needs;
        lock (flow)
        {
            var before = flow.InFlight;
            needs = session.IsAway ? flow.Gather(position) : flow.Offer(position, content, ref sink);
            metrics.InFlightChanged(flow.InFlight - before);
        }

        Follow(session, channel, flow, needs);
    }

    /// <summary>Everybody is told a part of a channel's log. The lease is not in doubt.</summary>
    public void Offer(Session session, ChannelKind channel, LogPage page)
    {
        var flow = session.FlowOf(channel);
        var sink = new ConnectionSink(session, channel, parts);
        FlowNeeds needs;
        lock (flow)
        {
            var before = flow.InFlight;
            needs = session.IsAway ? flow.Gather(page.Covered) : flow.Offer(page, ref sink);
            metrics.InFlightChanged(flow.InFlight - before);
        }

        Follow(session, channel, flow, needs);
    }

    /// <summary>The client was away, and is heard of again.</summary>
    public void BackAlive(Session session)
    {
        PutOffAcks(session, uint.MaxValue);
        EndGathering(session, ChannelKind.Inbox);
        EndGathering(session, ChannelKind.All);
    }

    /// <summary>What was gathered for a client that is away, or was, goes out.</summary>
    public void EndGathering(Session session, ChannelKind channel)
    {
        var flow = session.FlowOf(channel);
        FlowNeeds needs;
        lock (flow)
        {
            needs = flow.EndGathering();
        }

        Follow(session, channel, flow, needs);
    }

    /// <summary>The log of a channel goes up to <paramref name="head"/> at least: what the session has not been sent is read.</summary>
    public void Hint(Session session, ChannelKind channel, LogPosition head)
    {
        var flow = session.FlowOf(channel);
        FlowNeeds needs;
        lock (flow)
        {
            needs = session.IsAway ? flow.Gather(head) : flow.Hint(head);
        }

        Follow(session, channel, flow, needs);
    }

    /// <summary>A page that <see cref="IChannelSource.Read"/> was asked for. The lease is not in doubt.</summary>
    public void Take(Session session, ChannelKind channel, LogPage page)
    {
        var flow = session.FlowOf(channel);
        Follow(session, channel, flow, Take(session, channel, flow, page));
    }

    /// <summary>Register told the session's cursor and what is behind it. The lease is not in doubt.</summary>
    public void Open(Session session, ChannelKind channel, LogPage page)
    {
        var flow = session.FlowOf(channel);
        var sink = new ConnectionSink(session, channel, parts);
        var needs = FlowNeeds.None;
        lock (flow)
        {
            if (IsClaimed(session))
            {
                var before = flow.InFlight;
                needs = flow.Open(page, ref sink);
                metrics.InFlightChanged(flow.InFlight - before);
            }
        }

        Follow(session, channel, flow, needs);
    }

    /// <summary>The client is done with everything up to <paramref name="position"/>.</summary>
    public AckVerdict Acknowledge(Session session, ChannelKind channel, LogPosition position)
    {
        var flow = session.FlowOf(channel);
        AckVerdict verdict;
        FlowNeeds needs;
        lock (flow)
        {
            var before = flow.InFlight;
            verdict = flow.Acknowledge(position, parts.Limits, out needs);
            metrics.InFlightChanged(flow.InFlight - before);
        }

        metrics.Acknowledged(verdict);
        Follow(session, channel, flow, needs);
        return verdict;
    }

    /// <summary>Nothing waits for the client any more.</summary>
    public void Drained(Session session)
    {
        Drained(session, ChannelKind.Inbox, session.Inbox);
        Drained(session, ChannelKind.All, session.All);
    }

    /// <summary>The time in which the client's acknowledgements were not read doesn't count.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="byMs">How long that was, ms.</param>
    public void PutOffAcks(Session session, uint byMs)
    {
        foreach (var flow in (ReadOnlySpan<ChannelFlow>)[session.Inbox, session.All])
        {
            lock (flow)
            {
                flow.PutOffAcks(byMs, parts.Wheel.NowMs);
            }
        }
    }

    /// <summary>A gap has been waited for.</summary>
    public void Look(Session session, ChannelKind channel)
    {
        var flow = session.FlowOf(channel);
        FlowNeeds needs;
        lock (flow)
        {
            needs = flow.Look();
        }

        Follow(session, channel, flow, needs);
    }

    /// <summary>The session has ended: what it acknowledged is told, and nothing of it is kept.</summary>
    public void End(Session session)
    {
        foreach (var flow in (ReadOnlySpan<ChannelFlow>)[session.Inbox, session.All])
        {
            lock (flow)
            {
                metrics.InFlightChanged(-flow.End());
            }
        }

        cursors.End(session);
    }

    private FlowNeeds Take(Session session, ChannelKind channel, ChannelFlow flow, LogPage page)
    {
        var sink = new ConnectionSink(session, channel, parts);
        lock (flow)
        {
            if (!IsClaimed(session))
            {
                // It is opened again when it is claimed for the present lease.
                flow.Suspend();
                return FlowNeeds.None;
            }

            var before = flow.InFlight;
            var needs = flow.Take(page, ref sink);
            metrics.InFlightChanged(flow.InFlight - before);
            return needs;
        }
    }

    private void Drained(Session session, ChannelKind channel, ChannelFlow flow)
    {
        if (!flow.AwaitsDrain)
        {
            return;
        }

        FlowNeeds needs;
        lock (flow)
        {
            needs = flow.Drained();
        }

        Follow(session, channel, flow, needs);
    }

    private void Follow(Session session, ChannelKind channel, ChannelFlow flow, FlowNeeds needs)
    {
        for (var pages = 0; needs != FlowNeeds.None; pages++)
        {
            Serve(session, channel, needs);
            if ((needs & FlowNeeds.Read) == 0 || session.IsClosing)
            {
                return;
            }

            if (pages == MaxPagesAtOnce || !standing.IsKnown)
            {
                // Looked at again later, where the lease is waited for.
                lock (flow)
                {
                    needs = flow.Postpone();
                }

                continue;
            }

            LogPosition after;
            lock (flow)
            {
                after = flow.Sent;
            }

            metrics.Read(channel);
            if (SourceOf(channel).Read(session, after) is not { } page)
            {
                return;
            }

            needs = Take(session, channel, flow, page);
        }
    }

    private void Serve(Session session, ChannelKind channel, FlowNeeds needs)
    {
        if ((needs & FlowNeeds.Repeated) != 0)
        {
            metrics.Repeated(channel);
        }

        if ((needs & FlowNeeds.Gap) != 0)
        {
            metrics.Gap(channel);
        }

        if ((needs & FlowNeeds.Behind) != 0)
        {
            metrics.Behind(channel);
        }

        if ((needs & FlowNeeds.TellCursor) != 0)
        {
            cursors.Add(session, channel);
        }

        if ((needs & FlowNeeds.WatchAck) != 0)
        {
            session.Connection.WatchDeadline();
        }

        if ((needs & FlowNeeds.Look) != 0)
        {
            looks.Add(session, channel);
        }

        if ((needs & FlowNeeds.Gather) != 0)
        {
            aways.Add(session, channel);
            if (!session.IsAway)
            {
                // It was heard of again before the flow was told to gather.
                EndGathering(session, channel);
            }
        }

        if ((needs & FlowNeeds.WatchDrain) != 0 && session.Connection.PendingBytes == 0)
        {
            // It drained before the flow said that it waits for that.
            Drained(session);
        }
    }

    private IChannelSource SourceOf(ChannelKind channel) => channel == ChannelKind.Inbox ? inboxes : all;

    private bool IsClaimed(Session session) => session.Incarnation == room.Incarnation;
}
