using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Microservices.Bus.RabbitMq;

/// <summary>
/// Publishes through one queue, so that the order of calls is the order on the wire. Every call ends by its deadline, whatever the
/// broker does: the deadlines are kept here, not in the library.
/// </summary>
internal sealed class RabbitPublisher : IAsyncDisposable
{
    private static readonly TimeSpan DeadlineTick = TimeSpan.FromMilliseconds(50);

    private readonly BusOptions _options;
    private readonly RabbitLink _link;
    private readonly Topology _topology;
    private readonly BusMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly PublishQueue _queue;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sending;
    private readonly Task _expiring;
    private volatile PublishSession? _session;
    private volatile string? _fault;

    public RabbitPublisher(BusOptions options, RabbitLink link, Topology topology, BusMetrics metrics, ILogger logger, TimeProvider time)
    {
        (_options, _link, _topology, _metrics, _logger, _time) = (options, link, topology, metrics, logger, time);
        _queue = new PublishQueue(options.MaxWaiting, options.MaxWaitingBytes, options.PublishTimeout, time);
        _sending = Task.Run(SendAsync);
        _expiring = Task.Run(ExpireAsync);
    }

    public bool IsConnected => _session is { IsUsable: true } session && !session.IsStalledFor(_options.PublishTimeout);

    /// <summary>Why nothing can be published; null when it can.</summary>
    public string? Fault => IsConnected ? null : _link.Fault ?? _fault ?? (_session is null ? "preparing" : "the broker takes no messages for now");

    public ValueTask<PublishOutcome> PublishAsync(Destination to, string exchange, string routingKey, IMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = new PendingPublish(to, exchange, routingKey, message.ToByteArray(), _time.GetTimestamp());
        if (!_queue.TryAdd(pending))
        {
            pending.Settle(PublishOutcome.Unavailable);
        }

        return AwaitAsync(pending, cancellationToken);
    }

    /// <summary>Takes no more, lets what is on its way come to its outcome or deadline, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _expiring;
        await _stopping.CancelAsync();
        await _sending;
    }

    private async ValueTask<PublishOutcome> AwaitAsync(PendingPublish pending, CancellationToken cancellationToken)
    {
        var outcome = await (cancellationToken.CanBeCanceled ? pending.Task.WaitAsync(cancellationToken) : pending.Task);
        _metrics.Published(pending.To, outcome, _time.GetElapsedTime(pending.Started));
        return outcome;
    }

    private async Task SendAsync()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), _options.MaxReconnectDelay);
        while (!_stopping.IsCancellationRequested)
        {
            LiveConnection? live = null;
            try
            {
                live = await _link.ConnectedAsync(_stopping.Token);
                await _topology.DeclareAsync(live.Connection, _stopping.Token);
                await using var session = await PublishSession.OpenAsync(live, _options.MaxInFlight, _time, _stopping.Token);
                (_session, _fault) = (session, null);
                var started = _time.GetTimestamp();
                var reason = await session.RunAsync(_queue, _stopping.Token);
                _session = null;
                if (_time.GetElapsedTime(started) > _options.MaxReconnectDelay)
                {
                    backoff.Reset();
                }

                Report(live, new BrokerFault(reason, IsSetup: false));
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                Report(live, BrokerFault.Of(fault, address: null));
            }
            finally
            {
                _session = null;
            }

            await backoff.PauseAsync(_time, _stopping.Token);
        }
    }

    private async Task ExpireAsync()
    {
        // A broker that is silent for three heartbeats is gone, also when a full socket keeps the library from noticing.
        var stall = _options.Heartbeat * 3;
        using var timer = new PeriodicTimer(DeadlineTick, _time);
        var busy = true;
        while (busy || !_queue.IsClosed)
        {
            await timer.WaitForNextTickAsync();
            busy = _queue.Expire();
            if (_session is { } session && session.IsStalledFor(stall))
            {
                session.Abandon($"the broker confirmed nothing for {stall.TotalSeconds:0} s");
            }
        }
    }

    private void Report(LiveConnection? live, BrokerFault fault)
    {
        // The end of the connection is the link's to tell.
        if (live is not { HasEnded: true } && !_stopping.IsCancellationRequested && _fault != fault.Text)
        {
            _fault = fault.Text;
            Log.CannotPublish(_logger, fault.IsSetup ? LogLevel.Error : LogLevel.Warning, fault.Text);
        }
    }
}
