using System.Diagnostics.Metrics;

namespace Microservices.Bus;

/// <summary>What the bus counts. Tags: <c>to</c> = room, all, uplink, presence; <c>from</c> = room, uplink, presence; <c>reason</c> = a <see cref="DropReason"/>.</summary>
internal sealed class BusMetrics : IDisposable
{
    public const string MeterName = "Microservices.Bus";

    private readonly Meter? _owned;
    private readonly Counter<long> _published;
    private readonly Counter<long> _returned;
    private readonly Counter<long> _unavailable;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _redelivered;
    private readonly Counter<long> _dropped;
    private readonly Histogram<double> _duration;

    /// <param name="meters">The service's meters; null for a bus that several services of one process share.</param>
    public BusMetrics(IMeterFactory? meters)
    {
        var meter = meters?.Create(MeterName) ?? (_owned = new Meter(MeterName));
        _published = meter.CreateCounter<long>("bus.published", description: "Messages that a queue took.");
        _returned = meter.CreateCounter<long>("bus.returned", description: "Messages that no room had a queue for.");
        _unavailable = meter.CreateCounter<long>("bus.unavailable", description: "Messages that the bus did not take in time, or refused.");
        _consumed = meter.CreateCounter<long>("bus.consumed", description: "Messages that a handler finished.");
        _redelivered = meter.CreateCounter<long>("bus.redelivered", description: "Messages that were given to a handler again.");
        _dropped = meter.CreateCounter<long>("bus.dropped", description: "Messages that were given up.");
        _duration = meter.CreateHistogram<double>("bus.publish.duration", "s", "From the call to its outcome.");
    }

    public void Published(Destination to, PublishOutcome outcome, TimeSpan duration)
    {
        var counter = outcome switch
        {
            PublishOutcome.Accepted => _published,
            PublishOutcome.NoRoom => _returned,
            _ => _unavailable,
        };
        var tag = new KeyValuePair<string, object?>("to", Name(to));
        counter.Add(1, tag);
        _duration.Record(duration.TotalSeconds, tag);
    }

    public void Consumed(Destination from, int messages) => _consumed.Add(messages, From(from));

    public void Redelivered(Destination from, int messages) => _redelivered.Add(messages, From(from));

    public void Dropped(Destination from, DropReason reason) =>
        _dropped.Add(1, From(from), new KeyValuePair<string, object?>("reason", reason switch
        {
            DropReason.Version => "version",
            DropReason.Unreadable => "unreadable",
            DropReason.Refused => "refused",
            _ => "overflow",
        }));

    public void Dispose() => _owned?.Dispose();

    private static KeyValuePair<string, object?> From(Destination from) => new("from", Name(from));

    private static string Name(Destination destination) => destination switch
    {
        Destination.Room => "room",
        Destination.AllRooms => "all",
        Destination.Presence => "presence",
        _ => "uplink",
    };
}

/// <summary>Where a message goes, or which queue it comes from.</summary>
internal enum Destination
{
    Room,
    AllRooms,
    Uplink,
    Presence,
}

/// <summary>Why a message was given up.</summary>
internal enum DropReason
{
    /// <summary>It has a version of the contract that this build doesn't know.</summary>
    Version,

    /// <summary>It is not what the queue carries.</summary>
    Unreadable,

    /// <summary>The handler threw at every attempt.</summary>
    Refused,

    /// <summary>Its queue was full, and it was the oldest.</summary>
    Overflow,
}
