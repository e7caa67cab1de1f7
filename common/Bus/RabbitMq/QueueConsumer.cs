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
    private volatile string? _fault = "not attached yet";

    public QueueConsumer(ConsumedQueue<T> queue, RabbitLink link, BusOptions options, BusMetrics metrics, ILogger logger, TimeProvider time)
    {
        (_queue, _link, _options, _metrics, _logger, _time) = (queue, link, options, metrics, logger, time);
        _discards = new Discards(queue.Name, queue.From, metrics, logger, time);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Why messages don't flow; null while they do.</summary>
    public string? Fault => _fault is { } fault ? $"{_queue.Name}: {fault}" : null;

    /// <summary>Completes when messages flow for the first time.</summary>
    public Task AttachedAsync(CancellationToken cancellationToken) => _attached.Task.WaitAsync(cancellationToken);

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
                var reason = await ConsumeAsync(live, backoff);
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

    private async Task<string> ConsumeAsync(LiveConnection live, Backoff backoff)
    {
        // One channel, one queue, one loop: acknowledging up to a tag is then acknowledging a batch.
        var channel = await live.Connection.CreateChannelAsync(cancellationToken: _stopping.Token);
        try
        {
            await _queue.DeclareAsync(live, channel, _stopping.Token);
            await channel.BasicQosAsync(0, (ushort)_queue.Prefetch, global: false, _stopping.Token);
            var reader = new DeliveryReader<T>(channel, _queue.Parser, _queue.From, _metrics);
            await channel.BasicConsumeAsync(_queue.Name, autoAck: false, reader, _stopping.Token);
            backoff.Reset();
            _fault = null;
            _attached.TrySetResult();
            Log.Consuming(_logger, _queue.Name);

            using var session = new ConsumeSession<T>(_queue, channel, reader, _discards, live.Ended, _stopping.Token, _impatient.Token);
            return await session.RunAsync();
        }
        finally
        {
            await EndAsync(channel);
        }
    }

    /// <summary>
    /// Closing the channel gives what is not acknowledged back, in order, and only then lets the next consumer in. Cancelling the consumer
    /// first would let the next one overtake.
    /// </summary>
    private async Task EndAsync(IChannel channel)
    {
        if (_stopping.IsCancellationRequested && _queue.DeleteAtEnd && channel.IsOpen)
        {
            try
            {
                using var deadline = new CancellationTokenSource(_options.PublishTimeout);
                await channel.QueueDeleteAsync(_queue.Name, ifUnused: false, ifEmpty: false, cancellationToken: deadline.Token);
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
