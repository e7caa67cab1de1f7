using Microservices.Contracts.Bus;
using Microservices.Gateway.Apps;
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
/// <item>Drop what the bus brought before.</item>
/// <item>Find each recipient by number and epoch; another epoch is another session.</item>
/// <item>Encode once for each version that is needed.</item>
/// <item>Post to each connection's outbox, which never waits.</item>
/// </list>
/// </summary>
internal sealed class RoomInbox(
    SessionTable sessions, AppDirectory apps, RoomState room, GatewayMetrics metrics, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<RoomInbox> logger)
{
    // While a lost lease is taken anew, two queues may be consumed for a moment. Nothing waits within the lock.
    private readonly Lock _sync = new();
    private readonly RepeatWindow _seen = new(options.Value.RepeatWindow);
    private readonly EncodedFrames _frames = new(options.Value.MaxFrameBytes);

    /// <summary>Handles one message; returns when all of it is in outboxes.</summary>
    public ValueTask HandleAsync(RoomMessage message, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            try
            {
                Handle(message);
            }
            catch (Exception fault)
            {
                // Handling it again would fail again.
                Log.MessageFailed(logger, fault, message.KindCase);
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Handle(RoomMessage message)
    {
        if (message.Id.Length > 0 && !_seen.IsNew(message.Id))
        {
            metrics.Dropped(DropCause.Repeat);
            return;
        }

        switch (message.KindCase)
        {
            case RoomMessage.KindOneofCase.Delivery:
                Deliver(message.Id, message.Delivery);
                break;
            case RoomMessage.KindOneofCase.Close:
                Close(message.Close);
                break;
            case RoomMessage.KindOneofCase.Notice:
                Notify(message.Notice);
                break;
            default:
                metrics.Dropped(DropCause.UnknownKind);
                break;
        }
    }

    private void Deliver(string id, Contracts.Bus.Delivery delivery)
    {
        if (delivery.ContentCase == Contracts.Bus.Delivery.ContentOneofCase.None)
        {
            metrics.Dropped(DropCause.UnknownKind);
            return;
        }

        if (delivery.Push is { ExpiresUnixMs: > 0 } push && push.ExpiresUnixMs <= time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            metrics.Dropped(DropCause.Expired, delivery.Everybody ? 1 : delivery.Recipients.Count);
            return;
        }

        _frames.Begin(id, delivery);
        if (delivery.Everybody)
        {
            DeliverToAll(delivery);
            return;
        }

        var recipients = delivery.Recipients;
        for (var i = 0; i < recipients.Count; i++)
        {
            if (Find(recipients[i]) is { } session)
            {
                Post(_frames, session);
            }
            else
            {
                Hold(recipients[i], id, delivery);
            }
        }
    }

    private void DeliverToAll(Contracts.Bus.Delivery delivery)
    {
        if (apps.Find(delivery.App) is not { } app)
        {
            return;
        }

        foreach (var session in app.Sessions)
        {
            if (delivery.Except is not { } except || except.Session != session.Number || except.Epoch != session.Epoch)
            {
                Post(_frames, session);
            }
        }
    }

    private void Post(EncodedFrames frames, Session session)
    {
        if (session.Incarnation != room.Incarnation)
        {
            metrics.Dropped(DropCause.NotClaimed);
        }
        else if (frames.TryGet(session, out var command, out var frame, out var fault))
        {
            session.Connection.Post(command, frame);
        }
        else
        {
            metrics.Dropped(fault);
        }
    }

    private void Close(CloseSessions close)
    {
        foreach (var key in close.Sessions)
        {
            if (Find(key) is { } session)
            {
                session.Connection.Close((Code)close.Code, close.Message);
            }
            else
            {
                Hold(key, held => held.Connection.Close((Code)close.Code, close.Message));
            }
        }
    }

    private void Notify(Notice notice)
    {
        if (Find(notice.Session) is not { } session)
        {
            metrics.Dropped(DropCause.UnknownSession);
            return;
        }

        session.Connection.Send(Command.Error, new Error
        {
            Command = (Command)notice.Command,
            Id = notice.RequestId,
            Code = (Code)notice.Code,
            Reason = CodeTable.NameOf((Code)notice.Code),
            Message = notice.Message,
        });
    }

    private Session? Find(SessionKey? key) =>
        key is not null && sessions.Find(key.Session) is { } session && session.Epoch == key.Epoch ? session : null;

    private void Hold(SessionKey key, string id, Contracts.Bus.Delivery delivery) => Hold(key, session =>
    {
        // Runs where the login is settled, not within this inbox: with frames of its own.
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
                if (Find(key) is { } settled)
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
}
