using Grpc.Core;
using Microservices.Center.Api;
using Microservices.Center.ApiKeys;
using Microservices.Center.Apps;
using Microservices.Center.Diagnostics;
using Microservices.Center.Refusals;
using Microservices.Contracts.Center;

namespace Microservices.Center.Presence;

/// <summary>The call WatchPresence: gives a watcher its updates until it leaves, its key is taken away, or the center stops.</summary>
internal sealed class WatchCall : IDisposable
{
    /// <summary>How long an update that the watcher doesn't take may still be under way after its end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Most updates that leave in one piece. What isn't flushed doesn't wait for the watcher, so that it must have a bound.</summary>
    private const int MaxUnflushed = 64;

    private static readonly WriteOptions More = new(WriteFlags.BufferHint);

    private readonly AppCatalog _apps;
    private readonly PresenceFeed _feed;
    private readonly ApiKeyRing _keys;
    private readonly CenterMetrics _metrics;
    private readonly CancellationTokenRegistration _stopping;

    public WatchCall(AppCatalog apps, PresenceFeed feed, ApiKeyRing keys, CenterMetrics metrics, IHostApplicationLifetime lifetime)
    {
        (_apps, _feed, _keys, _metrics) = (apps, feed, keys, metrics);
        _keys.LookedAt += EndThoseWithoutKey;
        _stopping = lifetime.ApplicationStopping.Register(
            () => _feed.Close(new RefusedException(RefusalCode.GoingAway, "This center stops; another one takes the watch.")));
    }

    public async Task RunAsync(
        WatchPresenceRequest request, ApiKey key, IServerStreamWriter<PresenceUpdate> writer, CancellationToken cancellationToken)
    {
        if (request.Users.Count > 0)
        {
            Arguments.CheckUsers(request.Users);
        }

        var app = await _apps.GetAsync(request.App, cancellationToken);
        var watcher = await _feed.AddAsync(key, app.Name, [.. request.Users], cancellationToken);
        try
        {
            await WriteAsync(watcher, writer, cancellationToken);
        }
        finally
        {
            _feed.Remove(watcher);
        }
    }

    public void Dispose()
    {
        _keys.LookedAt -= EndThoseWithoutKey;
        _stopping.Dispose();
    }

    private async Task WriteAsync(PresenceWatcher watcher, IServerStreamWriter<PresenceUpdate> writer, CancellationToken cancellationToken)
    {
        // A write that is cancelled cuts the call without a status: only for a watcher that takes nothing.
        using var stuck = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var ended = watcher.Ended.Register(() => stuck.CancelAfter(Patience));
        for (var unflushed = 1; ; unflushed++)
        {
            var update = await watcher.TakeAsync(cancellationToken);
            if (unflushed < MaxUnflushed && watcher.HasWaiting)
            {
                writer.WriteOptions = More;
            }
            else
            {
                (writer.WriteOptions, unflushed) = (null, 0);
            }

            await writer.WriteAsync(update, stuck.Token);
            _metrics.PresenceUpdateSent(update.KindCase == PresenceUpdate.KindOneofCase.ReadNow ? update.ReadNow.Why : null);
        }
    }

    private void EndThoseWithoutKey() => _feed.EndWhere(watcher => _keys.FaultOf(watcher.Key, ApiScope.Presence, watcher.App));
}
