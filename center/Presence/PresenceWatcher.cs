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
/// after it has all that in it.
/// </summary>
internal sealed class PresenceWatcher(ApiKey key, string app, IReadOnlyCollection<string> users, int maxWaiting, CenterMetrics metrics) : IDisposable
{
    private readonly Lock _sync = new();
    private readonly Queue<PresenceUpdate> _changes = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly BitArray? _partitions = users.Count == 0 ? null : PartitionsOf(app, users);
    private Why? _readNow = Why.Started;
    private RefusedException? _refusal;

    public ApiKey Key => key;

    public string App => app;

    /// <summary>None: all of the app.</summary>
    public IReadOnlyCollection<string> Users => users;

    /// <summary>Cancelled when the center ended it.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>True while there is more to take.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_sync)
            {
                return _readNow is not null || _changes.Count > 0;
            }
        }
    }

    /// <summary>Whether it may have missed an event of the partition, when one is missing.</summary>
    public bool Concerns(uint partition) => _partitions is null || partition >= _partitions.Length || _partitions[(int)partition];

    public void Add(PresenceUpdate change)
    {
        lock (_sync)
        {
            if (_changes.Count >= maxWaiting)
            {
                metrics.WatcherFellBehind(_changes.Count);
                Supersede(Why.FellBehind);
            }

            _changes.Enqueue(change);
            Wake();
        }
    }

    public void ReadAgain(Why why)
    {
        lock (_sync)
        {
            Supersede(why);
            Wake();
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

                if (_readNow is { } why)
                {
                    _readNow = null;
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
        _ended.Dispose();
        _arrived.Dispose();
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

    private void Supersede(Why why)
    {
        _changes.Clear();
        _readNow ??= why;
    }

    private void Wake()
    {
        if (_arrived.CurrentCount == 0)
        {
            _arrived.Release();
        }
    }
}
