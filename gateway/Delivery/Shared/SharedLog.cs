using System.Collections.Concurrent;
using Microservices.Contracts.Register;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Diagnostics;
using Microsoft.Extensions.Options;
using Session = Microservices.Gateway.Sessions.Session;

namespace Microservices.Gateway.Delivery.Shared;

/// <summary>The channels "all" as this room has them, an app each. Sessions read them here; <see cref="SharedReads"/> reads what is not here.</summary>
internal sealed class SharedLog : IChannelSource, IDisposable
{
    private readonly ConcurrentDictionary<AppEntry, SharedChannel> _channels = new();
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly TaskCompletionSource _headsKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AppDirectory _apps;
    private readonly SharedLimits _limits;
    private readonly TimeProvider _time;
    private readonly long _start;
    private bool _isWoken;
    private long _reads;

    public SharedLog(AppDirectory apps, GatewayMetrics metrics, IOptions<DeliveryOptions> options, TimeProvider time)
    {
        _apps = apps;
        _time = time;
        _start = time.GetTimestamp();
        _limits = SharedLimits.Of(options.Value);
        metrics.Count("gateway.all.reads", "{call}", "Calls in which register was asked for channels \"all\", for everybody who waited.", () => Interlocked.Read(ref _reads));
        metrics.Gauge("gateway.all.cached", "{message}", "Messages of channels \"all\" that are kept in memory.", () => _channels.Values.Sum(static channel => (long)channel.CachedEntries));
        metrics.Gauge("gateway.all.cached.bytes", "By", "About what they hold.", () => _channels.Values.Sum(static channel => channel.CachedBytes));
        metrics.Gauge("gateway.all.waiting", "{session}", "Sessions that wait for a part of a channel \"all\" to be read.", () => _channels.Values.Sum(static channel => (long)channel.Waiting));
    }

    /// <summary>A monotonic clock, ms.</summary>
    public long NowMs => (long)_time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>The channels of the apps that have had sessions here.</summary>
    public IEnumerable<KeyValuePair<AppEntry, SharedChannel>> Channels => _channels;

    /// <summary>The channel of an app.</summary>
    public SharedChannel Of(AppEntry app)
    {
        if (_channels.TryGetValue(app, out var known))
        {
            return known;
        }

        var channel = _channels.GetOrAdd(app, static (_, limits) => new SharedChannel(limits), _limits);
        if (AreHeadsKnown)
        {
            // Register told of all that have one.
            channel.SeeHead(LogPosition.Start, NowMs);
        }

        return channel;
    }

    /// <summary>The latest entry of the app's channel "all" that this room knows of; (0, 0) = none. A new reader begins there.</summary>
    public LogPosition HeadOf(AppEntry app) => Of(app).Head;

    /// <summary>Register has told the heads.</summary>
    public bool AreHeadsKnown => _headsKnown.Task.IsCompleted;

    /// <summary>Completes when register has told the heads for the first time.</summary>
    public Task UntilHeadsKnownAsync(CancellationToken cancellationToken) => _headsKnown.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public LogPage? Read(Session session, LogPosition after)
    {
        var page = Of(session.App).Read(session, after, NowMs);
        Wake();
        return page;
    }

    /// <summary>Register told heads on the lease: those that changed, at first all of them.</summary>
    public void SeeHeads(IReadOnlyList<ChannelHead> heads)
    {
        foreach (var head in heads)
        {
            Of(_apps.Get(head.App)).SeeHead(new LogPosition(head.Epoch, head.Seq), NowMs);
        }

        if (_headsKnown.TrySetResult())
        {
            // What it doesn't name is empty.
            foreach (var (_, channel) in _channels)
            {
                channel.SeeHead(LogPosition.Start, NowMs);
            }
        }

        Wake();
    }

    /// <summary>There may be something to read.</summary>
    public void Wake()
    {
        if (!Interlocked.Exchange(ref _isWoken, true))
        {
            _wanted.Release();
        }
    }

    /// <summary>Register is asked.</summary>
    public void CountRead() => Interlocked.Increment(ref _reads);

    /// <summary>Waits for <see cref="Wake"/>, at most for <paramref name="most"/>.</summary>
    public async Task WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(most, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await _wanted.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        Volatile.Write(ref _isWoken, false);
    }

    public void Dispose() => _wanted.Dispose();
}
