using Microservices.Bus;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Uplink;

/// <summary>Sends what clients say up to the centers: in each client's order, bounded, without the I/O thread waiting.</summary>
internal sealed class UplinkSender : IDisposable
{
    /// <summary>How long a message waits until the session that sends it is claimed again.</summary>
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private readonly IBus _bus;
    private readonly RoomState _room;
    private readonly LeaseStanding _standing;
    private readonly GatewayMetrics _metrics;
    private readonly UplinkOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<UplinkSender> _logger;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _giveUp = new();

    public UplinkSender(
        IBus bus, RoomState room, LeaseStanding standing, GatewayMetrics metrics, IOptions<UplinkOptions> options, TimeProvider time, ILogger<UplinkSender> logger)
    {
        _bus = bus;
        _room = room;
        _standing = standing;
        _metrics = metrics;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _slots = new SemaphoreSlim(_options.MaxInFlight);
        metrics.Gauge("gateway.uplinks.in_flight", "{message}", "Messages that the bus has not confirmed.", () => InFlight);
    }

    /// <summary>Messages that the bus has not confirmed.</summary>
    public int InFlight => _options.MaxInFlight - _slots.CurrentCount;

    /// <summary>A message was refused before it got here.</summary>
    public void Refused(UplinkOutcome outcome = UplinkOutcome.Refused) => _metrics.Uplinked(outcome);

    /// <summary>Sends a message of the session whose frame is being handled.</summary>
    /// <returns>When the connection may read on; null = at once.</returns>
    public Task? Send(Session session, ChatRequest chat) =>
        IsClaimed(session) ? SendClaimed(session, chat) : SendWhenClaimedAsync(session, chat);

    /// <summary>Waits until the bus has confirmed everything; what is unconfirmed when <paramref name="cancellationToken"/> ends is given up.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var free = 0;
        try
        {
            for (; free < _options.MaxInFlight; free++)
            {
                await _slots.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Log.GivenUp(_logger, _options.MaxInFlight - free);
            await _giveUp.CancelAsync();
        }
    }

    public void Dispose()
    {
        _slots.Dispose();
        _giveUp.Dispose();
    }

    private bool IsClaimed(Session session) => _standing.IsKnown && session.Incarnation == _room.Incarnation;

    /// <summary>While the lease is in doubt, or dead and the session not claimed again, it may be another's: it is not spoken for.</summary>
    private async Task SendWhenClaimedAsync(Session session, ChatRequest chat)
    {
        var began = _time.GetTimestamp();
        while (!session.IsClosing)
        {
            if (IsClaimed(session))
            {
                if (SendClaimed(session, chat) is { } room)
                {
                    await room;
                }

                return;
            }

            if (_time.GetElapsedTime(began) > ClaimPatience)
            {
                _metrics.Uplinked(UplinkOutcome.Unavailable);
                session.Connection.Fail((Command)chat.Command, chat.RequestId, Code.TryLater, "The session is not confirmed at the moment; the message was not sent.", app: session.NamedApp);
                return;
            }

            await Task.Delay(LookEvery, _time, _giveUp.Token);
        }
    }

    private Task? SendClaimed(Session session, ChatRequest chat)
    {
        var message = new UplinkMessage
        {
            App = session.App.Name,
            User = session.User,
            Device = session.Device,
            Incarnation = _room.Incarnation,
            Session = new SessionKey { Session = session.Number, Epoch = session.Epoch },
            Counter = ++session.UplinkCounter,
            ReceivedUnixMs = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            Chat = chat,
        };
        return _slots.Wait(0) ? Publish(session, message) : PublishLaterAsync(session, message);
    }

    private async Task PublishLaterAsync(Session session, UplinkMessage message)
    {
        await _slots.WaitAsync(_giveUp.Token);
        if (Publish(session, message) is { } room)
        {
            await room;
        }
    }

    private Task? Publish(Session session, UplinkMessage message)
    {
        session.UplinkBegan();
        var publishing = PublishAsync(session, message);
        return publishing.IsCompleted ? null : session.UplinkRoom(_options.MaxInFlightPerConnection);
    }

    // Never faults: its end is counted by the slots, for which DrainAsync waits.
    private async Task PublishAsync(Session session, UplinkMessage message)
    {
        var outcome = PublishOutcome.Unavailable;
        try
        {
            outcome = await _bus.PublishUplinkAsync(message, _giveUp.Token);
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            // The gateway ends.
        }
        catch (Exception fault)
        {
            Log.PublishFailed(_logger, fault);
        }
        finally
        {
            _slots.Release();
            session.UplinkEnded(_options.MaxInFlightPerConnection);
        }

        _metrics.Uplinked(outcome == PublishOutcome.Accepted ? UplinkOutcome.Accepted : UplinkOutcome.Unavailable);
        if (outcome != PublishOutcome.Accepted)
        {
            session.Connection.Fail((Command)message.Chat.Command, message.Chat.RequestId, Code.TryLater, "The message could not be passed on; it may yet arrive.", app: session.NamedApp);
        }
    }
}
