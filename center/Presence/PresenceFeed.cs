using Microservices.Bus;
using Microservices.Center.ApiKeys;
using Microservices.Center.Api;
using Microservices.Center.Diagnostics;
using Microservices.Center.Refusals;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Microsoft.Extensions.Options;
using Why = Microservices.Contracts.Center.ReadNow.Types.Why;

namespace Microservices.Center.Presence;

/// <summary>
/// All presence events of the platform, given to those who watch at this center. An event costs nothing for those whom it doesn't concern,
/// and no watcher makes it wait.
/// <code>
/// bus ──▶ repeated? drop ──▶ something missing? read again (LOST) ──▶ watchers of the app and of the user
/// </code>
/// </summary>
internal sealed class PresenceFeed(IOptions<PresenceOptions> options, CenterMetrics metrics, TimeProvider time) : IPresenceConsumer
{
    private readonly Lock _sync = new();
    private readonly WatcherIndex _watchers = new();
    private readonly EventChain _chain = new();
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRefilled = true;
    private ulong _refill;
    private RefusedException? _closed;

    public int Watchers
    {
        get
        {
            lock (_sync)
            {
                return _watchers.All.Count;
            }
        }
    }

    /// <summary>
    /// A new watcher, to be given back by <see cref="Remove"/>. When it comes, the feed is subscribed: who reads then misses nothing after.
    /// </summary>
    /// <exception cref="RefusedException">There are too many, the bus is away, or the center stops.</exception>
    public async Task<PresenceWatcher> AddAsync(ApiKey key, string app, IReadOnlyCollection<string> users, CancellationToken cancellationToken)
    {
        try
        {
            await _subscribed.Task.WaitAsync(options.Value.StartTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw RefusedException.PartIsAway("The message bus, by which this center hears of changes, is away.");
        }

        var watcher = new PresenceWatcher(key, app, users, options.Value, metrics, time);
        lock (_sync)
        {
            if (_closed is not null)
            {
                throw _closed;
            }

            if (_watchers.All.Count >= options.Value.MaxWatchers)
            {
                metrics.WatcherRefused();
                throw Arguments.Refuse(
                    RefusalCode.LimitReached, $"This center has {_watchers.All.Count:N0} watchers of presence; the limit is {options.Value.MaxWatchers:N0}.");
            }

            _watchers.Add(watcher);
        }

        metrics.WatchersChanged(+1);
        return watcher;
    }

    public void Remove(PresenceWatcher watcher)
    {
        lock (_sync)
        {
            _watchers.Remove(watcher);
        }

        metrics.WatchersChanged(-1);
        watcher.Dispose();
    }

    public ValueTask HandleAsync(PresenceEvent change, CancellationToken cancellationToken)
    {
        var place = _chain.Add(change);
        metrics.PresenceTold(place == EventPlace.Repeated ? "repeated" : "taken");
        if (place == EventPlace.AfterLoss)
        {
            Lost("gap", change.Partition);
        }

        if (place != EventPlace.Repeated)
        {
            Give(change);
        }

        return ValueTask.CompletedTask;
    }

    public void Interrupted()
    {
        _chain.Break();
        if (!_subscribed.TrySetResult())
        {
            Lost("bus", partition: null);
        }
    }

    /// <summary>
    /// What register says of rooms: when they have claimed again what the store may have lost, what was read before may be wrong. Who didn't hear
    /// that they were at it sees it by the number. For one caller at a time.
    /// </summary>
    public void Apply(RoomList rooms)
    {
        if (rooms.Refill != 0 && rooms.Refill != _refill)
        {
            if (_refill != 0)
            {
                _chain.Forget();
                _isRefilled = false;
            }

            _refill = rooms.Refill;
        }

        if (rooms.Refilled && !_isRefilled)
        {
            // Again: an event of the lost data may have been on its way still.
            _chain.Forget();
            Lost("store", partition: null);
        }

        _isRefilled = rooms.Refilled;
    }

    /// <summary>Ends the watchers of whom <paramref name="judge"/> says why.</summary>
    public void EndWhere(Func<PresenceWatcher, RefusedException?> judge)
    {
        lock (_sync)
        {
            foreach (var watcher in _watchers.All)
            {
                if (judge(watcher) is { } refusal)
                {
                    watcher.End(refusal);
                }
            }
        }
    }

    /// <summary>Ends all watchers and takes no more.</summary>
    public void Close(RefusedException refusal)
    {
        lock (_sync)
        {
            _closed = refusal;
        }

        EndWhere(_ => refusal);
    }

    private void Give(PresenceEvent change)
    {
        lock (_sync)
        {
            var (ofApp, ofUser) = (_watchers.OfApp(change.App), _watchers.OfUser(change.App, change.User));
            if (ofApp.Count + ofUser.Count == 0)
            {
                return;
            }

            var update = PresenceAnswers.ToUpdate(change);
            foreach (var watcher in ofApp)
            {
                watcher.Add(update);
            }

            foreach (var watcher in ofUser)
            {
                watcher.Add(update);
            }
        }
    }

    private void Lost(string cause, uint? partition)
    {
        metrics.PresenceLost(cause);
        lock (_sync)
        {
            foreach (var watcher in _watchers.All)
            {
                if (partition is not { } one || watcher.Concerns(one))
                {
                    watcher.ReadAgain(Why.Lost);
                }
            }
        }
    }
}
