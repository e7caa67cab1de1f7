using System.Collections;
using Microservices.Center.ApiKeys;
using Microservices.Center.Diagnostics;
using Microservices.Center.Refusals;
using Microservices.Contracts;
using Microservices.Contracts.Center;
using Why = Microservices.Contracts.Center.ReadNow.Types.Why;

namespace Microservices.Center.Presence;

/// <summary>
/// One watcher and the updates that wait for it. Filling it never waits. To be read again supersedes what waits: the state that is read
/// after it has all that in it. It is told no more often than every <see cref="PresenceOptions.ReadNowEvery"/>; until then changes go on.
/// </summary>
internal sealed class PresenceWatcher : IDisposable
{
    private readonly Lock _sync = new();
    private readonly Queue<PresenceUpdate> _changes = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly BitArray? _partitions;
    private readonly PresenceOptions _options;
    private readonly CenterMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ITimer _due;
    private Why? _readNow = Why.Started;
    private long? _readNowTold;
    private RefusedException? _refusal;
    private bool _isDisposed;

    public PresenceWatcher(
        ApiKey key, string app, IReadOnlyCollection<string> users, PresenceOptions options, CenterMetrics metrics, TimeProvider time)
    {
        (Key, App, Users, _options, _metrics, _time) = (key, app, users, options, metrics, time);
        _partitions = users.Count == 0 ? null : PartitionsOf(app, users);
        _due = time.CreateTimer(static watcher => ((PresenceWatcher)watcher!).WakeWhenDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ApiKey Key { get; }

    public string App { get; }

    /// <summary>None: all of the app.</summary>
    public IReadOnlyCollection<string> Users { get; }

    /// <summary>Cancelled when the center ended it.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>True while there is more to take.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_sync)
            {
                return _changes.Count > 0 || (_readNow is not null && UntilDue() == TimeSpan.Zero);
            }
        }
    }

    /// <summary>Whether it may have missed an event of the partition, when one is missing.</summary>
    public bool Concerns(uint partition) => _partitions is null || partition >= _partitions.Length || _partitions[(int)partition];

    public void Add(PresenceUpdate change)
    {
        lock (_sync)
        {
            if (_changes.Count >= _options.MaxWaitingChanges)
            {
                _metrics.WatcherFellBehind(_changes.Count);
                _changes.Clear();
                AskToRead(Why.FellBehind);
            }

            _changes.Enqueue(change);
            Wake();
        }
    }

    public void ReadAgain(Why why)
    {
        lock (_sync)
        {
            AskToRead(why);
        }
    }

    /// <summary>The center ends it. The first refusal stays.</summary>
    public void End(RefusedException refusal)
    {
        lock (_sync)
        {
            if (_refusal is not null)
            {
                return;
            }

            _refusal = refusal;
            Wake();
        }

        _ended.Cancel();
    }

    /// <summary>Waits for the next update.</summary>
    /// <exception cref="RefusedException">The center ended it.</exception>
    public async ValueTask<PresenceUpdate> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_sync)
            {
                if (_refusal is not null)
                {
                    throw _refusal;
                }

                if (_readNow is { } why && UntilDue() == TimeSpan.Zero)
                {
                    (_readNow, _readNowTold) = (null, _time.GetTimestamp());
                    return new PresenceUpdate { ReadNow = new ReadNow { Why = why } };
                }

                if (_changes.TryDequeue(out var change))
                {
                    return change;
                }
            }

            await _arrived.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (_sync)
        {
            _isDisposed = true;
            _due.Dispose();
            _ended.Dispose();
            _arrived.Dispose();
        }
    }

    private static BitArray PartitionsOf(string app, IEnumerable<string> users)
    {
        var partitions = new BitArray(Partition.Count);
        foreach (var user in users)
        {
            partitions[Partition.Of(app, user)] = true;
        }

        return partitions;
    }

    private void AskToRead(Why why)
    {
        // Of two reasons the one that the watcher can do something about.
        _readNow = _readNow is null or Why.Lost ? why : _readNow;
        if (UntilDue() is var wait && wait > TimeSpan.Zero)
        {
            _due.Change(wait, Timeout.InfiniteTimeSpan);
            return;
        }

        _changes.Clear();
        Wake();
    }

    private TimeSpan UntilDue()
    {
        if (_readNowTold is not { } told)
        {
            return TimeSpan.Zero;
        }

        var left = _options.ReadNowEvery - _time.GetElapsedTime(told);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void WakeWhenDue()
    {
        lock (_sync)
        {
            if (_isDisposed || _readNow is null)
            {
                return;
            }

            // A timer may be a moment early.
            if (UntilDue() is var wait && wait > TimeSpan.Zero)
            {
                _due.Change(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, Timeout.InfiniteTimeSpan);
                return;
            }

            _changes.Clear();
            Wake();
        }
    }

    private void Wake()
    {
        if (_arrived.CurrentCount == 0)
        {
            _arrived.Release();
        }
    }
}
