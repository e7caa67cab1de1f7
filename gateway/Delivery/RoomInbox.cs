using Microservices.Bus;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Delivery.Broadcasts;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery;

/// <summary>
/// What the bus brings for this room, on its way to the clients.
/// <list type="number">
/// <item>Wait while the room's lease is in doubt: what is here may be another's by now.</item>
/// <item>Kept messages, which have positions, go to the flows of their channels: <see cref="KeptArrivals"/>. All others:</item>
/// <item>Drop what the bus brought before.</item>
/// <item>A broadcast goes to all sessions of its app: <see cref="FanOut"/>.</item>
/// <item>Find each recipient by number and epoch; another epoch is another session.</item>
/// <item>Encode once for each version that is needed.</item>
/// <item>Post to each connection's outbox, which never waits; for a session whose link broke, to its parking.</item>
/// </list>
/// </summary>
internal sealed class RoomInbox(
    SessionTable sessions, AppDirectory apps, KeptArrivals kept, FanOut fanOut, RoomResync resync, RoomState room, LeaseStanding standing, GatewayMetrics metrics, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<RoomInbox> logger) : IRoomConsumer
{
    /// <summary>After so many recipients the lease is looked at again.</summary>
    private const int LookEvery = 64;

    // While a lost lease is taken anew, two queues may be consumed for a moment. Nothing waits within the lock.
    private readonly Lock _sync = new();
    private readonly RepeatWindow _seen = new(options.Value.RepeatWindow);
    private readonly EncodedFrames _frames = new(options.Value.MaxFrameBytes);

    /// <summary>Handles one message; returns when all of it is in outboxes, or with the broadcasts that leave next.</summary>
    public ValueTask HandleAsync(RoomMessage message, CancellationToken cancellationToken)
    {
        var progress = default(Progress);
        return standing.IsKnown && TryHandle(message, ref progress) ? ValueTask.CompletedTask : new ValueTask(HandleLaterAsync(message, progress, cancellationToken));
    }

    /// <summary>Messages to this room may have been lost: what is kept is read again.</summary>
    public void Interrupted() => resync.Wake();

    private async Task HandleLaterAsync(RoomMessage message, Progress progress, CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                await (progress.Room?.WaitAsync(cancellationToken) ?? Task.CompletedTask);
                progress.Room = null;
                await standing.UntilKnownAsync(cancellationToken);
            }
            while (!TryHandle(message, ref progress));
        }
        catch (OperationCanceledException) when (progress is { IsSeen: true, Done: 0 })
        {
            // Nobody was sent it: it is to be handled when the bus brings it again.
            lock (_sync)
            {
                _seen.Forget(message.Id);
            }

            throw;
        }
    }

    /// <returns>False: it is to be gone on with when the lease is known, and there is room.</returns>
    private bool TryHandle(RoomMessage message, ref Progress progress)
    {
        lock (_sync)
        {
            try
            {
                return Handle(message, ref progress);
            }
            catch (Exception fault)
            {
                // Handling it again would fail again.
                Log.MessageFailed(logger, fault, message.KindCase);
                return true;
            }
        }
    }

    private bool Handle(RoomMessage message, ref Progress progress)
    {
        if (message.Delivery is { Positions.Count: > 0 } positioned)
        {
            // Repeats are told by their positions; a repeat for other recipients has the same id.
            return kept.Deliver(message.Id, positioned, ref progress.Done);
        }

        if (!progress.IsSeen && message.Id.Length > 0 && !_seen.IsNew(message.Id))
        {
            metrics.Dropped(DropCause.Repeat);
            return true;
        }

        progress.IsSeen = true;
        switch (message.KindCase)
        {
            case RoomMessage.KindOneofCase.Delivery:
                return Deliver(message.Id, message.Delivery, ref progress);
            case RoomMessage.KindOneofCase.Close:
                Close(message.Close);
                return true;
            case RoomMessage.KindOneofCase.Notice:
                Notify(message.Notice);
                return true;
            case RoomMessage.KindOneofCase.Nudge:
                kept.Nudge(message.Nudge);
                return true;
            default:
                metrics.Dropped(DropCause.UnknownKind);
                return true;
        }
    }

    private bool Deliver(string id, Contracts.Bus.Delivery delivery, ref Progress progress)
    {
        if (delivery.ContentCase == Contracts.Bus.Delivery.ContentOneofCase.None)
        {
            metrics.Dropped(DropCause.UnknownKind);
            return true;
        }

        if (delivery.Push is { ExpiresUnixMs: > 0 } push && push.ExpiresUnixMs <= time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            metrics.Dropped(DropCause.Expired, delivery.Everybody ? 1 : delivery.Recipients.Count);
            return true;
        }

        if (delivery.Everybody)
        {
            progress.Room = apps.Find(delivery.App) is { } app ? fanOut.Add(app, id, delivery) : null;
            return progress.Room is null;
        }

        _frames.Begin(id, delivery);
        var recipients = delivery.Recipients;
        for (var handled = 1; progress.Done < recipients.Count; progress.Done++, handled++)
        {
            if (IsInDoubt(handled))
            {
                return false;
            }

            if (sessions.Find(recipients[progress.Done]) is { } session)
            {
                Post(_frames, session);
            }
            else
            {
                Hold(recipients[progress.Done], id, delivery);
            }
        }

        return true;
    }

    private bool IsInDoubt(int handled) => handled % LookEvery == 0 && !standing.IsKnown;

    private void Post(EncodedFrames frames, Session session)
    {
        if (session.Incarnation != room.Incarnation)
        {
            metrics.Dropped(DropCause.NotClaimed);
        }
        else if (frames.TryGet(session, out var command, out var framed, out var frame, out var fault))
        {
            fanOut.CatchUp(session);
            session.Connection.Deliver(session, command, framed, frame);
        }
        else
        {
            metrics.Dropped(fault);
        }
    }

    // Not only for sessions that are claimed: whoever says so knows that this epoch has ended.
    private void Close(CloseSessions close)
    {
        foreach (var key in close.Sessions)
        {
            if (sessions.Find(key) is { } session)
            {
                session.Close((Code)close.Code, close.Message);
            }
            else
            {
                Hold(key, held => held.Close((Code)close.Code, close.Message));
            }
        }
    }

    private void Notify(Notice notice)
    {
        if (sessions.Find(notice.Session) is not { } session)
        {
            metrics.Dropped(DropCause.UnknownSession);
            return;
        }

        if (session.Incarnation != room.Incarnation)
        {
            metrics.Dropped(DropCause.NotClaimed);
            return;
        }

        session.Connection.Send(Command.Error, new Error
        {
            Command = (Command)notice.Command,
            Id = notice.RequestId,
            Code = (Code)notice.Code,
            Reason = CodeTable.NameOf((Code)notice.Code),
            Message = notice.Message,
            App = session.NamedApp,
        });
    }

    private void Hold(SessionKey key, string id, Contracts.Bus.Delivery delivery) => Hold(key, session =>
    {
        // Runs where the login is settled, not within this inbox: with frames of its own.
        if (!standing.IsKnown)
        {
            metrics.Dropped(DropCause.NotClaimed);
            return;
        }

        var frames = new EncodedFrames(options.Value.MaxFrameBytes);
        frames.Begin(id, delivery);
        Post(frames, session);
    });

    /// <summary>A session that is being claimed gets it behind the answer to its verify; one that isn't known is gone.</summary>
    private void Hold(SessionKey key, Action<Session> deliver)
    {
        switch (sessions.FindLogin(key.Session)?.TryHold(key.Epoch, deliver))
        {
            case HoldOutcome.Held:
                break;
            case HoldOutcome.Full:
                metrics.Dropped(DropCause.LoginPending);
                break;
            default:
                if (sessions.Find(key) is { } settled)
                {
                    deliver(settled);
                }
                else
                {
                    metrics.Dropped(DropCause.UnknownSession);
                }

                break;
        }
    }

    /// <summary>How far a message is that could not be handled at once.</summary>
    private struct Progress
    {
        /// <summary>It is not one that the bus brought before.</summary>
        public bool IsSeen;

        /// <summary>For how many recipients it is done.</summary>
        public int Done;

        /// <summary>What it waits for; null = for the lease.</summary>
        public Task? Room;
    }
}
