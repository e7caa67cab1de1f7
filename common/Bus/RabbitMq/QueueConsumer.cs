using Google.Protobuf;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Microservices.Bus.RabbitMq;

/// <summary>
/// Consumes one queue until it is disposed: declares it, takes what is delivered in order, acknowledges in batches, and begins again when
/// the channel, the connection or the queue is lost.
/// </summary>
internal sealed class QueueConsumer<T> : IQueueConsumer
    where T : class, IMessage<T>
{
    /// <summary>How long a handler may go on with the batch at hand after the consumer was disposed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConsumedQueue<T> _queue;
    private readonly RabbitLink _link;
    private readonly BusOptions _options;
    private readonly BusMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _impatient = new();
    private readonly Discards _discards;
    private readonly TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _loop;
    private volatile DeliveryReader<T>? _reader;
    private volatile CancellationTokenSource? _turn;
    private volatile string? _fault = "not attached yet";

    public QueueConsumer(ConsumedQueue<T> queue, RabbitLink link, BusOptions options, BusMetrics metrics, ILogger logger, TimeProvider time)
    {
        (_queue, _link, _options, _metrics, _logger, _time) = (queue, link, options, metrics, logger, time);
        _discards = new Discards(queue.Name, queue.From, metrics, logger, time);
        _loop = Task.Run(RunAsync);
    }

    public string Name => _queue.Name;

    /// <summary>Why messages don't flow; null while they do.</summary>
    public string? Fault => _fault is { } fault ? $"{_queue.Name}: {fault}" : null;

    /// <summary>Completes when messages flow for the first time.</summary>
    public Task AttachedAsync(CancellationToken cancellationToken) => _attached.Task.WaitAsync(cancellationToken);

    /// <summary>Whether the broker has given us messages since this was last asked: then it is our turn on the queue.</summary>
    public bool DeliveredSinceAsked() => _reader?.DeliveredSinceAsked() ?? false;

    /// <summary>Finishes the batch at hand, leaves the queue, and lines up again behind its other consumers.</summary>
    public void Yield()
    {
        try
        {
            _turn?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has left already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _impatient.CancelAfter(Patience);
        await _loop;
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), _options.MaxReconnectDelay);
        while (!_stopping.IsCancellationRequested)
        {
            LiveConnection? live = null;
            try
            {
                live = await _link.ConnectedAsync(_stopping.Token);
                if (await ConsumeAsync(live, backoff) is not { } reason)
                {
                    continue;
                }

                Report(live, new BrokerFault(reason, IsSetup: false));
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // Stopped while it waited or declared.
            }
            catch (Exception fault)
            {
                Report(live, BrokerFault.Of(fault, address: null));
            }

            await backoff.PauseAsync(_time, _stopping.Token);
        }

        _fault = "closed";
        _attached.TrySetCanceled();
    }

    /// <returns>Why the channel ended; null when it was left by <see cref="Yield"/>.</returns>
    private async Task<string?> ConsumeAsync(LiveConnection live, Backoff backoff)
    {
        using var turn = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);

        // One channel, one queue, one loop: acknowledging up to a tag is then acknowledging a batch.
        var channel = await live.Connection.CreateChannelAsync(cancellationToken: _stopping.Token);
        string? overflow = null;
        try
        {
            var declared = await _queue.DeclareAsync(live, channel, _stopping.Token);
            var reader = new DeliveryReader<T>(channel, declared, _queue.Parser, _queue.From, _metrics);
            overflow = declared.Overflow;
            if (overflow is not null)
            {
                // One says that there were some; the next comes when that one is settled.
                await channel.BasicQosAsync(0, 1, global: false, _stopping.Token);
                await channel.BasicConsumeAsync(overflow, autoAck: false, consumerTag: overflow, reader, _stopping.Token);
            }

            await channel.BasicQosAsync(0, (ushort)_queue.Prefetch, global: false, _stopping.Token);
            await channel.BasicConsumeAsync(declared.Name, autoAck: false, reader, _stopping.Token);
            backoff.Reset();
            (_reader, _turn, _fault) = (reader, turn, null);
            if (_attached.TrySetResult())
            {
                Log.Consuming(_logger, _queue.Name);
            }

            using var session = new ConsumeSession<T>(_queue, channel, reader, _discards, live.Ended, turn.Token, _impatient.Token);
            var reason = await session.RunAsync();
            return turn.IsCancellationRequested && !_stopping.IsCancellationRequested ? null : reason;
        }
        finally
        {
            await EndAsync(channel, overflow);
        }
    }

    /// <summary>
    /// Closing the channel gives what is not acknowledged back, in order, and only then lets the next consumer in. Cancelling the consumer
    /// first would let the next one overtake.
    /// </summary>
    private async Task EndAsync(IChannel channel, string? overflow)
    {
        if (_stopping.IsCancellationRequested && _queue.DeleteAtEnd && channel.IsOpen)
        {
            try
            {
                using var deadline = new CancellationTokenSource(_options.PublishTimeout);
                await channel.QueueDeleteAsync(_queue.Name, ifUnused: false, ifEmpty: false, cancellationToken: deadline.Token);
                if (overflow is not null)
                {
                    await channel.QueueDeleteAsync(overflow, ifUnused: false, ifEmpty: false, cancellationToken: deadline.Token);
                }
            }
            catch (Exception)
            {
                // Without a broker that answers, the queue's expiry deletes it.
            }
        }

        await ChannelEnd.CloseAsync(channel);
    }

    private void Report(LiveConnection? live, BrokerFault fault)
    {
        var known = _fault == fault.Text;
        _fault = fault.Text;
        if (!known && !_stopping.IsCancellationRequested && live is not { HasEnded: true })
        {
            Log.CannotConsume(_logger, fault.IsSetup ? LogLevel.Error : LogLevel.Warning, _queue.Name, fault.Text);
        }
    }
}
