using System.Collections.Concurrent;

namespace Microservices.Fault.Tests.Displacement;

/// <summary>Reads one user's sessions in the store as fast as it goes: never more than one, in one room's set, and epochs that rise.</summary>
internal sealed class StoreWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly Task _watching;
    private int _observations;
    private int _changes;

    public StoreWatch(int redisPort, string app, string user, IReadOnlyList<ulong> rooms) => _watching = Task.Run(() => WatchAsync(redisPort, app, user, rooms));

    public async Task AssertNoFaultAsync()
    {
        await StopAsync();
        FaultWorld.Report($"{_observations} observations of the store saw {_changes} sessions.");
        Assert.True(_faults.IsEmpty, $"{_faults.Count} faults in {_observations} observations:\n{string.Join('\n', _faults.Take(5))}");
        Assert.True(_changes > 1, $"{_observations} observations saw {_changes} sessions.");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
    }

    private async Task WatchAsync(int redisPort, string app, string user, IReadOnlyList<ulong> rooms)
    {
        await using var redis = await RedisWire.ConnectAsync(redisPort);
        ulong latest = 0;
        while (!_stop.IsCancellationRequested)
        {
            var stored = await StoredSessions.ReadAsync(redis, app, user, rooms);
            _observations++;
            if (stored.Count > 1 || stored.Sets != stored.Count || (latest != 0 && stored.Count == 0) || stored.Epoch < latest)
            {
                _faults.Enqueue($"{stored}, after epoch {latest}");
            }

            _changes += stored.Epoch > latest ? 1 : 0;
            latest = stored.Epoch;
        }
    }
}
