using System.Collections.Concurrent;
using Grpc.Core;
using Microservices.Contracts.Center;

namespace Microservices.Clusters.Presence;

/// <summary>A copy of an app's presence as an internal app keeps it: it reads when the center says so, and follows the events. When its center dies it asks another.</summary>
public sealed class WatchedPresence : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Cluster _cluster;
    private readonly string _app;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _watching;
    private int _readings;

    private WatchedPresence(Cluster cluster, string app)
    {
        (_cluster, _app) = (cluster, app);
        _watching = Task.Run(WatchAsync);
    }

    public PresenceCopy Copy { get; } = new();

    public ConcurrentQueue<PresenceChange> Changes { get; } = new();

    /// <summary>Why it read anew, in order.</summary>
    public ConcurrentQueue<ReadNow.Types.Why> Reasons { get; } = new();

    public int Readings => Volatile.Read(ref _readings);

    /// <summary>Returns when it has read for the first time.</summary>
    public static async Task<WatchedPresence> StartAsync(Cluster cluster, string app)
    {
        var watched = new WatchedPresence(cluster, app);
        await watched._started.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return watched;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        for (var tries = 0; !_stop.IsCancellationRequested; tries++)
        {
            try
            {
                var center = _cluster.Center(tries % _cluster.Centers.Count);
                using var watch = center.WatchPresence(new WatchPresenceRequest { App = _app }, cancellationToken: _stop.Token);
                await FollowAsync(center, watch.ResponseStream);
            }
            catch (Exception fault) when (fault is RpcException or OperationCanceledException)
            {
                // Its center is gone, or it was told to stop: the next one, or the end.
            }

            await Task.WhenAny(Task.Delay(Pause, _stop.Token));
        }
    }

    private async Task FollowAsync(CenterClient center, IAsyncStreamReader<PresenceUpdate> updates)
    {
        Task? reading = null;
        while (await updates.MoveNext(_stop.Token))
        {
            var update = updates.Current;
            if (update.KindCase == PresenceUpdate.KindOneofCase.ReadNow)
            {
                Reasons.Enqueue(update.ReadNow.Why);
                reading = ReadAfterAsync(reading, center);
            }
            else
            {
                var change = update.Change;
                Changes.Enqueue(change);
                Copy.Take((change.User, change.Device), change.Epoch, change.Change, change.Kind != PresenceChange.Types.Kind.Offline, change.Room);
            }
        }
    }

    // One reading after the other; until the center says that it is complete.
    private async Task ReadAfterAsync(Task? earlier, CenterClient center)
    {
        await (earlier ?? Task.CompletedTask);
        while (!_stop.IsCancellationRequested)
        {
            var since = Copy.Taken;
            if (await PresenceReading.TryOfAppAsync(center, _app) is { Complete: true } read)
            {
                Copy.Read(
                    read.Sessions.Values.SelectMany(static sessions => sessions).Select(static one => (one.User, one.Device, one.Epoch, one.Change, one.Room)),
                    since);
                Interlocked.Increment(ref _readings);
                _started.TrySetResult();
                return;
            }

            await Task.WhenAny(Task.Delay(Pause, _stop.Token));
        }
    }
}
