using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Register.Store;

namespace Microservices.Register.Presence;

/// <summary>
/// Relays the partitions of one lane, one after the other. A partition whose part of the store doesn't answer is set aside; one of those is tried
/// after a pause that grows, and when it goes well all of them. While the bus is away the whole lane waits, and the events with it, in the store.
/// </summary>
internal sealed class RelayWorker(DirtyLane lane, OutboxRelay relay, IBus bus, PresenceOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(1);
    private readonly Queue<int> _aside = new();
    private readonly bool[] _isAside = new bool[Partition.Count];
    private TimeSpan _pause = FirstPause;
    private long _pausedAt;
    private bool _isBusAway;
    private int _failed;
    private long _waitingSince;

    /// <summary>Partitions that are set aside.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Unix ms of the oldest event that the bus didn't take; 0 = there is none.</summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (_isBusAway)
            {
                await Task.Delay(_pause, time, stop);
                _isBusAway = false;
            }
            else
            {
                await lane.WaitAsync(_aside.Count > 0 ? _pause : LongWait, stop);
                await Task.Delay(options.Coalesce, time, stop);
            }

            if (_aside.Count > 0 && time.GetElapsedTime(_pausedAt) >= _pause)
            {
                await TryAsideAsync(stop);
            }

            while (!_isBusAway && !stop.IsCancellationRequested && lane.TryTake() is var partition and >= 0)
            {
                if (!_isAside[partition])
                {
                    await RelayAsync(partition, stop);
                }
            }
        }
    }

    private async Task TryAsideAsync(CancellationToken stop)
    {
        var probe = _aside.Dequeue();
        _isAside[probe] = false;
        if (!await RelayAsync(probe, stop))
        {
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            _pausedAt = time.GetTimestamp();
            return;
        }

        while (_aside.TryDequeue(out var partition))
        {
            _isAside[partition] = false;
            lane.Mark(partition);
        }

        _pause = FirstPause;
        Volatile.Write(ref _failed, 0);
    }

    /// <summary>False: it is set aside.</summary>
    private async Task<bool> RelayAsync(int partition, CancellationToken stop)
    {
        try
        {
            _isBusAway = !bus.IsConnected;
            if (!_isBusAway)
            {
                var waitingSince = await relay.RelayAsync(partition, stop);
                _isBusAway = waitingSince is not null;
                Volatile.Write(ref _waitingSince, waitingSince?.ToUnixTimeMilliseconds() ?? 0);
            }

            if (!_isBusAway)
            {
                return true;
            }
        }
        catch (StoreUnavailableException)
        {
            // Of a cluster it may be one part of several.
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            Log.RelayFailed(logger, fault, partition);
        }

        SetAside(partition);
        return false;
    }

    private void SetAside(int partition)
    {
        if (_aside.Count == 0)
        {
            _pausedAt = time.GetTimestamp();
        }

        _isAside[partition] = true;
        _aside.Enqueue(partition);
        Volatile.Write(ref _failed, _aside.Count);
    }
}
