using Microservices.Contracts.Register;
using Microservices.Dispatcher.Metrics;
using Microservices.Hosting.Health;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Rooms;

/// <summary>The rooms to choose from at this moment. Lists come in from one thread; answers read the table from any.</summary>
internal sealed class RoomDirectory
{
    /// <summary>What readiness calls the list.</summary>
    public const string Dependency = "rooms";

    private readonly LastGoodRooms _rooms;
    private readonly RoomTableBuilder _builder;
    private readonly DependencyGate _gate;
    private readonly DispatcherMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<RoomDirectory> _logger;
    private RoomTable _table = RoomTable.Empty;

    public RoomDirectory(
        IOptions<RoomsOptions> options, RoomTableBuilder builder, Readiness readiness, DispatcherMetrics metrics, TimeProvider time, ILogger<RoomDirectory> logger)
    {
        _rooms = new LastGoodRooms(options.Value, time);
        _builder = builder;
        _gate = readiness[Dependency];
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <summary>The table as of the last list.</summary>
    public RoomTable Table => Volatile.Read(ref _table);

    /// <summary>Takes in a list of register's.</summary>
    public void Apply(RoomList list)
    {
        var before = _rooms.Live.Count;
        var kept = _rooms.Apply(list);
        if (kept > 0)
        {
            Log.RoomsKept(_logger, kept, before, _rooms.Live.Count);
            _metrics.RoomsKept(kept);
        }

        Volatile.Write(ref _table, _builder.Build(_rooms));
        _metrics.ListTaken(list.Complete, RoomCounts.Of(_rooms), _time.GetTimestamp());

        // An empty list of a register that can't tell is no answer yet.
        if (list.Complete || list.Rooms.Count > 0)
        {
            _gate.Up();
        }
        else if (!_gate.IsUp)
        {
            _gate.Waiting("register", "it cannot tell yet which rooms live");
        }
    }

    /// <summary>Register does not answer. What was known stays; before the first list the service waits.</summary>
    public void RegisterAway(string where, string why)
    {
        if (_gate.IsUp)
        {
            Log.RegisterAway(_logger, where, why, _rooms.Live.Count);
        }
        else
        {
            _gate.Waiting($"register, {where}", why);
        }
    }
}
