using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Microservices.Bus.RabbitMq;

/// <summary>
/// One channel with confirms: sends one message after the other and settles each by what the broker says. The library's own tracking
/// isn't used: its calls can hang while a frozen broker's socket is full, and it doesn't promise the order of calls.
/// </summary>
internal sealed class PublishSession : IAsyncDisposable
{
    private static readonly object Version = MessageVersion.Current;

    private readonly LiveConnection _live;
    private readonly IChannel _channel;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _ended;
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, PendingPublish> _unconfirmed = [];
    private ulong _next = 1;
    private ulong _oldest = 1;
    private string _endReason = "closed";

    private PublishSession(LiveConnection live, IChannel channel, int maxInFlight, TimeProvider time)
    {
        (_live, _channel, _time) = (live, channel, time);
        _slots = new SemaphoreSlim(maxInFlight);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(live.Ended);
        channel.BasicAcksAsync += (_, ack) => Confirm(ack.DeliveryTag, ack.Multiple, PublishOutcome.Accepted);
        channel.BasicNacksAsync += (_, nack) => Confirm(nack.DeliveryTag, nack.Multiple, PublishOutcome.Unavailable);
        channel.BasicReturnAsync += (_, returned) => Return(returned);
        channel.ChannelShutdownAsync += (_, shutdown) => End(shutdown.ReplyText);
        if (!channel.IsOpen)
        {
            _ = End("the channel was closed");
        }
    }

    /// <summary>The broker has taken nothing for longer than this, though it should.</summary>
    public bool IsStalledFor(TimeSpan span)
    {
        lock (_lock)
        {
            return !_live.IsBlocked && _unconfirmed.TryGetValue(_oldest, out var oldest) && _time.GetElapsedTime(oldest.Started) >= span;
        }
    }

    public bool IsUsable => !_live.IsBlocked && !_ended.IsCancellationRequested;

    public static async Task<PublishSession> OpenAsync(LiveConnection live, int maxInFlight, TimeProvider time, CancellationToken cancellationToken)
    {
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
        return new PublishSession(live, await live.Connection.CreateChannelAsync(confirms, cancellationToken), maxInFlight, time);
    }

    /// <summary>Sends until the channel ends or it is cancelled. What is unconfirmed then is settled as unavailable.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(PublishQueue queue, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        try
        {
            while (true)
            {
                await _slots.WaitAsync(either.Token);
                var pending = await queue.TakeAsync(either.Token);
                await SendAsync(pending, either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return _endReason;
        }
        finally
        {
            _ = Confirm(ulong.MaxValue, multiple: true, PublishOutcome.Unavailable);
        }
    }

    /// <summary>Gives the connection up: the broker is frozen, or its answers are lost.</summary>
    public void Abandon(string reason) => _live.Abandon(reason);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await ChannelEnd.CloseAsync(_channel);
    }

    private async ValueTask SendAsync(PendingPublish pending, CancellationToken cancellationToken)
    {
        ulong number;
        lock (_lock)
        {
            number = _next++;
            _unconfirmed.Add(number, pending);
        }

        if (pending.Body is not { } body)
        {
            // It came to its deadline just now. Numbers count what was sent, so this one is taken back.
            lock (_lock)
            {
                _unconfirmed.Remove(number);
                _next = number;
            }

            _slots.Release();
            return;
        }

        var properties = new BasicProperties
        {
            // A room's messages are for connections that a broker's restart would end anyway, and presence is read again; the uplink is kept.
            DeliveryMode = pending.To == Destination.Uplink ? DeliveryModes.Persistent : DeliveryModes.Transient,
            CorrelationId = number.ToString(CultureInfo.InvariantCulture),
            Headers = new Dictionary<string, object?>(1) { [MessageVersion.Header] = Version },
        };

        // Nobody needs to listen to presence.
        var mandatory = pending.To != Destination.Presence;
        await _channel.BasicPublishAsync(pending.Exchange, pending.RoutingKey, mandatory, properties, body, cancellationToken);
    }

    private Task Confirm(ulong number, bool multiple, PublishOutcome outcome)
    {
        var confirmed = 0;
        lock (_lock)
        {
            for (var n = multiple ? _oldest : number; n <= number && n < _next; n++)
            {
                if (_unconfirmed.Remove(n, out var pending))
                {
                    pending.Settle(outcome);
                    confirmed++;
                }
            }

            while (_oldest < _next && !_unconfirmed.ContainsKey(_oldest))
            {
                _oldest++;
            }
        }

        if (confirmed > 0)
        {
            _slots.Release(confirmed);
        }

        return Task.CompletedTask;
    }

    /// <summary>Comes before the confirm of the same message, which then only frees its place.</summary>
    private Task Return(BasicReturnEventArgs returned)
    {
        if (ulong.TryParse(returned.BasicProperties.CorrelationId, CultureInfo.InvariantCulture, out var number))
        {
            lock (_lock)
            {
                if (_unconfirmed.TryGetValue(number, out var pending))
                {
                    pending.Settle(pending.To == Destination.Uplink ? PublishOutcome.Unavailable : PublishOutcome.NoRoom);
                    if (pending.To == Destination.Uplink)
                    {
                        _ = End($"queue {pending.RoutingKey} of exchange {pending.Exchange} is gone");
                    }
                }
            }
        }

        return Task.CompletedTask;
    }

    private Task End(string reason)
    {
        _endReason = reason;
        _ = Task.Run(_ended.Cancel);
        return Task.CompletedTask;
    }
}
