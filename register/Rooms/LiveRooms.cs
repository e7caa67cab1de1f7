using Microservices.Contracts.Register;
using Microservices.Hosting.Health;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Rooms;

/// <summary>Follows the live rooms in the store, and judges by them which stored sessions count.</summary>
internal sealed class LiveRooms : BackgroundService
{
    private readonly IRoomStore _store;
    private readonly StoreIdentity _identity;
    private readonly DependencyGate _gate;
    private readonly RoomsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Grace _grace;
    private readonly RefillProgress _refill;
    private readonly Namesakes _namesakes;
    private readonly DepartedRooms _departed = new();
    private readonly SharedReading<RoomView> _reading;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private volatile int _connection;
    private volatile RoomView _view = RoomView.Empty;
    private TaskCompletionSource _changed = NewSource();
    private IReadOnlyList<Room> _lost = [];

    public LiveRooms(
        IRoomStore store,
        StoreIdentity identity,
        Readiness readiness,
        IOptions<RoomsOptions> options,
        RegisterMetrics metrics,
        TimeProvider time,
        ILogger<LiveRooms> logger)
    {
        _store = store;
        _identity = identity;
        _gate = readiness[identity.Name];
        _options = options.Value;
        _time = time;
        _logger = logger;
        _grace = new Grace(_options, time);
        _refill = new RefillProgress(_options, logger);
        _namesakes = new Namesakes(_options, logger);
        _reading = new SharedReading<RoomView>(ReadAsync, time);
        metrics.ObserveRooms(() => _view.List.Rooms.Count);
    }

    /// <summary>The latest view, however old.</summary>
    public RoomView Latest => _view;

    /// <summary>Whether a lease may be declared dead.</summary>
    public Judgement Judgement => _grace.Judge(_view);

    /// <summary>A view that is at most two refresh times old, and of the connection to the store that there is now.</summary>
    /// <exception cref="StoreUnavailableException">There is none, and the store doesn't answer.</exception>
    public ValueTask<RoomView> CurrentAsync(CancellationToken cancellationToken) =>
        IsFresh(_view) ? ValueTask.FromResult(_view) : new ValueTask<RoomView>(_reading.GetAsync(cancellationToken));

    /// <summary>
    /// Whether all sessions were stored from <paramref name="before"/> on, the latest view when the store was looked through, until now: a view can
    /// be older than a loss of data, so that it takes another look at the store to say of a session that it isn't there.
    /// </summary>
    public async Task<bool> IsWholeSinceAsync(RoomView before, CancellationToken cancellationToken)
    {
        if (!before.Refilled)
        {
            return false;
        }

        try
        {
            return await _store.ReadRefillAsync(cancellationToken) == before.Refill && _connection == _store.Connection;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    /// <summary>A current view that knows about <paramref name="incarnation"/>: another register may have granted it a moment ago.</summary>
    /// <exception cref="StoreUnavailableException">There is none, and the store doesn't answer.</exception>
    public async ValueTask<RoomView> CurrentAsync(ulong incarnation, CancellationToken cancellationToken)
    {
        var view = await CurrentAsync(cancellationToken);
        return incarnation <= view.Highest ? view : await _reading.GetAsync(cancellationToken);
    }

    /// <summary>A view by which all these sessions can be judged.</summary>
    /// <exception cref="StoreUnavailableException">There is none, and the store doesn't answer.</exception>
    public ValueTask<RoomView> CurrentAsync(IEnumerable<Session> sessions, CancellationToken cancellationToken) =>
        CurrentAsync(sessions.Aggregate(0ul, static (newest, session) => Math.Max(newest, session.Incarnation)), cancellationToken);

    /// <summary>Completes when the list is another one than <paramref name="seen"/>.</summary>
    public async Task<RoomView> WaitForChangeAsync(RoomView seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (!ReferenceEquals(_view.List, seen.List))
            {
                return _view;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The name of a room that lives, or that died not long ago; empty = not known.</summary>
    public string NameOf(ulong incarnation) => _view.NameOf(incarnation) is { Length: > 0 } name ? name : _departed.NameOf(incarnation);

    /// <summary>Something has changed by way of this register: read the store soon.</summary>
    public void Touch()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will be read soon as it is.
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _reading.Dispose();
        _wake.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundLoop.RunAsync(_reading.GetAsync, stop => _wake.WaitAsync(_options.RefreshEvery, stop), _logger, stoppingToken);

    private bool IsFresh(RoomView view) =>
        view.WasRead && _connection == _store.Connection && _time.GetElapsedTime(view.ReadAt) <= 2 * _options.RefreshEvery;

    private async Task<RoomView> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = _store.Connection;
            var snapshot = await _store.ReadAsync(Judgement, cancellationToken);
            _gate.Up();
            var view = Take(snapshot);
            _connection = connection;
            return view;
        }
        catch (StoreUnavailableException fault)
        {
            _gate.Waiting(_identity.Where, fault.Why);
            Publish(_view.AsIncomplete());
            throw;
        }
    }

    private RoomView Take(RoomSnapshot snapshot)
    {
        _grace.Observe(_view, snapshot);
        var inGrace = _grace.IsRunning;
        if (!inGrace)
        {
            _lost = [];
        }
        else if (_view.WasRead && (snapshot.Highest < _view.Highest || snapshot.Refill.Number != _view.Refill))
        {
            // The store has lost data: the rooms that it had may live, and come back under new incarnations.
            _lost = [.. _view.List.Rooms];
        }

        var names = snapshot.Rooms.Select(static room => room.Description.Name).ToHashSet(StringComparer.Ordinal);
        var isRefilled = _refill.IsDone(snapshot);
        _namesakes.Observe(snapshot);
        var list = new RoomList { Complete = !inGrace, Refilled = !inGrace && isRefilled, Refill = snapshot.Refill.Number };
        list.Rooms.AddRange(snapshot.Rooms);
        list.Rooms.AddRange(_lost.Where(room => !names.Contains(room.Description.Name)));
        return Publish(new RoomView(list.Equals(_view.List) ? _view.List : list, snapshot.Highest, snapshot.StoreTime, _time.GetTimestamp()));
    }

    private RoomView Publish(RoomView view)
    {
        _departed.Observe(_view, view);
        var isChange = !ReferenceEquals(view.List, _view.List);
        _view = view;
        if (isChange)
        {
            Interlocked.Exchange(ref _changed, NewSource()).TrySetResult();
        }

        return view;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
