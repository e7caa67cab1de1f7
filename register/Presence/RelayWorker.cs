using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Register.Store;

namespace Microservices.Register.Presence;

/// <summary>
/// Relays the partitions of one lane, one after the other. What fails is marked again after a pause that grows; while the bus is away the lane
/// waits, and the events with it, in the store.
/// </summary>
internal sealed class RelayWorker(DirtyLane lane, OutboxRelay relay, IBus bus, PresenceOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(1);
    private readonly bool[] _failed = new bool[Partition.Count];
    private TimeSpan _pause = FirstPause;
    private int _failures;
    private long _waitingSince;

    /// <summary>Partitions that are to be tried again.</summary>
    public int Failed => Volatile.Read(ref _failures);

    /// <summary>Unix ms of the oldest event that the bus didn't take; 0 = there is none.</summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (Failed == 0)
            {
                await lane.WaitAsync(LongWait, stop);
                await Task.Delay(options.Coalesce, time, stop);
            }
            else
            {
                await Task.Delay(_pause, time, stop);
                _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                MarkFailed();
            }

            await DrainAsync(stop);
        }
    }

    private async Task DrainAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && lane.TryTake() is var partition and >= 0)
        {
            if (!bus.IsConnected)
            {
                Fail(partition);
                return;
            }

            try
            {
                if (await relay.RelayAsync(partition, stop) is { } waitingSince)
                {
                    Volatile.Write(ref _waitingSince, waitingSince.ToUnixTimeMilliseconds());
                    Fail(partition);
                    return;
                }

                _pause = FirstPause;
                Volatile.Write(ref _waitingSince, 0);
            }
            catch (StoreUnavailableException)
            {
                // Of a cluster it may be one part of several.
                Fail(partition);
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                Log.RelayFailed(logger, fault, partition);
                Fail(partition);
            }
        }
    }

    private void Fail(int partition)
    {
        _failures += _failed[partition] ? 0 : 1;
        _failed[partition] = true;
    }

    private void MarkFailed()
    {
        for (var partition = 0; partition < Partition.Count; partition++)
        {
            if (_failed[partition])
            {
                _failed[partition] = false;
                lane.Mark(partition);
            }
        }

        Volatile.Write(ref _failures, 0);
    }
}
