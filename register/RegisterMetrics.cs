using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Microservices.Register;

/// <summary>What register counts. Meter <c>Microservices.Register</c>.</summary>
internal sealed class RegisterMetrics
{
    public const string MeterName = "Microservices.Register";

    private readonly Meter _meter;
    private readonly Counter<long> _claims;
    private readonly Counter<long> _displaced;
    private readonly Counter<long> _kicked;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _reports;
    private readonly Counter<long> _ends;
    private readonly Counter<long> _lookups;
    private readonly Counter<long> _swept;
    private readonly Counter<long> _noticesDropped;
    private readonly Counter<long> _relayed;
    private readonly Counter<long> _relaysOvertaken;
    private readonly Histogram<double> _relayWaits;
    private readonly Histogram<double> _storeCalls;
    private readonly Histogram<int> _batches;

    public RegisterMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _claims = _meter.CreateCounter<long>("register.claims", "{claim}", "Claims by outcome.");
        _displaced = _meter.CreateCounter<long>("register.sessions.displaced", "{session}", "Live sessions displaced by a claim or a revocation.");
        _kicked = _meter.CreateCounter<long>("register.sessions.kicked", "{session}", "Sessions ended by a kick, live or not.");
        _resumed = _meter.CreateCounter<long>("register.claims.resumed", "{claim}", "Claims with a resume ticket; resumed=false when the token had to do.");
        _reports = _meter.CreateCounter<long>("register.reports", "{report}", "Reports of a session's state by outcome.");
        _ends = _meter.CreateCounter<long>("register.sessions.ended", "{session}", "Sessions ended by their rooms; ended=false when another or none was stored.");
        _lookups = _meter.CreateCounter<long>("register.lookups", "{user}", "Users looked up.");
        _swept = _meter.CreateCounter<long>("register.sessions.swept", "{session}", "Sessions of dead rooms removed from the store.");
        _noticesDropped = _meter.CreateCounter<long>("register.notices.dropped", "{session}", "Displaced sessions not told by the bus; their room hears of them at its next renewal.");
        _relayed = _meter.CreateCounter<long>("register.presence.relayed", "{event}", "Presence events that the bus confirmed, by kind.");
        _relaysOvertaken = _meter.CreateCounter<long>("register.presence.overtaken", "{turn}", "Turns of a relay that lost its hold while it published; another register published the same events.");
        _relayWaits = _meter.CreateHistogram<double>("register.presence.wait", "s", "From the change of a session until the bus confirmed its event.");
        _storeCalls = _meter.CreateHistogram<double>("register.store.duration", "s", "Duration of store calls by call and result.");
        _batches = _meter.CreateHistogram<int>("register.batch.size", "{item}", "Items in a batch by call.");
    }

    public void Claimed(string outcome) => _claims.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Displaced(int sessions) => _displaced.Add(sessions);

    public void Kicked(int sessions) => _kicked.Add(sessions);

    public void Resumed(bool resumed) => _resumed.Add(1, new KeyValuePair<string, object?>("resumed", resumed));

    public void Reported(string outcome) => _reports.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Ended(bool ended) => _ends.Add(1, new KeyValuePair<string, object?>("ended", ended));

    public void LookedUp(int users) => _lookups.Add(users);

    public void Swept(int sessions) => _swept.Add(sessions);

    public void NoticeDropped() => _noticesDropped.Add(1);

    public void Relayed(string kind, long waitedMs)
    {
        _relayed.Add(1, new KeyValuePair<string, object?>("kind", kind));
        _relayWaits.Record(Math.Max(0, waitedMs) / 1_000.0);
    }

    public void RelayOvertaken() => _relaysOvertaken.Add(1);

    public void ObservePresence(Func<int> pending, Func<double> longestWait)
    {
        _meter.CreateObservableGauge("register.presence.pending", pending, "{partition}", "Partitions with events that this register has still to relay.");
        _meter.CreateObservableGauge("register.presence.longest_wait", longestWait, "s", "Age of the oldest event that the bus didn't take; 0 = it takes all.");
    }

    public void Batch(string call, int items) => _batches.Record(items, new KeyValuePair<string, object?>("call", call));

    public void StoreCall(string call, TimeSpan duration, bool failed) =>
        _storeCalls.Record(duration.TotalSeconds, new TagList { { "call", call }, { "failed", failed } });

    public void ObserveRooms(Func<int> rooms) => _meter.CreateObservableGauge("register.rooms.live", rooms, "{room}", "Live rooms as this register sees them.");
}
