using System.Diagnostics.Metrics;
using Microservices.Dispatcher.Rooms;

namespace Microservices.Dispatcher.Metrics;

/// <summary>What the dispatcher counts; meter <c>Microservices.Dispatcher</c>.</summary>
internal sealed class DispatcherMetrics
{
    private const string Outcome = "outcome";

    private readonly TimeProvider _time;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _lists;
    private readonly Counter<long> _kept;
    private readonly Counter<long> _refusedConnections;
    private RoomCounts _rooms = new(0, 0, 0, 0);
    private long _listTimestamp;
    private bool _hasList;
    private bool _registerUp;

    public DispatcherMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create("Microservices.Dispatcher");
        _requests = meter.CreateCounter<long>("dispatcher.requests", "{request}", "Requests for endpoints, by outcome.");
        _lists = meter.CreateCounter<long>("dispatcher.room_lists", "{list}", "Lists of rooms taken from register.");
        _kept = meter.CreateCounter<long>("dispatcher.rooms.kept_back", "{room}", "Rooms that vanished with most others and were still named.");
        _refusedConnections = meter.CreateCounter<long>("dispatcher.connections.refused", "{connection}", "Connections closed at the limit of connections.");
        meter.CreateObservableGauge("dispatcher.rooms", CountRooms, "{room}", "Rooms as of the last list.");
        meter.CreateObservableGauge("dispatcher.room_list.age", ListAge, "s", "Time since register sent the last list; it sends one at each change.");
        meter.CreateObservableGauge("dispatcher.register.up", () => Volatile.Read(ref _registerUp) ? 1 : 0, "1", "1 while register is followed.");
    }

    public void Answered() => _requests.Add(1, new KeyValuePair<string, object?>(Outcome, "answered"));

    public void NoRooms() => _requests.Add(1, new KeyValuePair<string, object?>(Outcome, "no_rooms"));

    public void Invalid() => _requests.Add(1, new KeyValuePair<string, object?>(Outcome, "invalid"));

    public void RateLimited() => _requests.Add(1, new KeyValuePair<string, object?>(Outcome, "rate_limited"));

    public void ConnectionRefused() => _refusedConnections.Add(1);

    public void RoomsKept(int count) => _kept.Add(count);

    public void RegisterUp(bool up) => Volatile.Write(ref _registerUp, up);

    public void ListTaken(bool complete, RoomCounts rooms, long timestamp)
    {
        _lists.Add(1, new KeyValuePair<string, object?>("complete", complete ? "true" : "false"));
        Volatile.Write(ref _rooms, rooms);
        Volatile.Write(ref _listTimestamp, timestamp);
        Volatile.Write(ref _hasList, true);
    }

    private IEnumerable<Measurement<double>> ListAge() =>
        Volatile.Read(ref _hasList) ? [new(_time.GetElapsedTime(Volatile.Read(ref _listTimestamp)).TotalSeconds)] : [];

    private IEnumerable<Measurement<int>> CountRooms()
    {
        var rooms = Volatile.Read(ref _rooms);
        return
        [
            new(rooms.Live, new KeyValuePair<string, object?>("state", "live")),
            new(rooms.Draining, new KeyValuePair<string, object?>("state", "draining")),
            new(rooms.Full, new KeyValuePair<string, object?>("state", "full")),
            new(rooms.Kept, new KeyValuePair<string, object?>("state", "kept")),
        ];
    }
}
