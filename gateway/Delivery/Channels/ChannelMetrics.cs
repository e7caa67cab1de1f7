using System.Diagnostics.Metrics;
using Microservices.Contracts.Register;
using Microservices.Gateway.Delivery.Fetching;
using Microservices.Gateway.Diagnostics;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>What the gateway counts of kept messages, on the gateway's meter.</summary>
internal sealed class ChannelMetrics
{
    private static readonly string[] Channels = ["inbox", "all"];

    private readonly Tally _deliveries;
    private readonly Tally _repeats;
    private readonly Tally _gaps;
    private readonly Tally _reads;
    private readonly Tally _behind;
    private readonly Tally _acks;
    private readonly Tally _opens;
    private readonly Tally _cursors;
    private readonly Tally _fetches;
    private long _inFlight;

    public ChannelMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayMetrics.MeterName);
        _deliveries = Of("gateway.kept.deliveries", "{message}", "Kept messages that were posted to clients, by channel.");
        _repeats = Of("gateway.kept.repeats", "{message}", "Kept messages that came once more and were dropped, by channel.");
        _gaps = Of("gateway.kept.gaps", "{gap}", "Gaps that did not close by themselves in time and were read, by channel.");
        _reads = Of("gateway.kept.reads", "{page}", "Pages of a channel that a session needed, by channel.");
        _behind = Of("gateway.kept.behind", "{session}", "How often a session had too much unacknowledged or unread, by channel.");
        _acks = new Tally(meter, "gateway.kept.acks", "{position}", "Positions that clients acknowledged, by outcome.", "outcome", ["taken", "old", "never_sent", "unknown_channel", "forbidden", "not_bound"]);
        _opens = new Tally(meter, "gateway.kept.opens", "{session}", "Sessions whose channels were opened, by kind.", "kind", ["first", "again"]);
        _cursors = new Tally(meter, "gateway.kept.cursors", "{cursor}", "Cursors that register was told, by outcome.", "outcome", ["other", "taken", "unchanged", "unknown_position", "unavailable", "invalid"]);
        _fetches = new Tally(meter, "gateway.kept.fetches", "{page}", "Pages that clients asked for, by outcome.", "outcome", ["answered", "refused", "try_later"]);
        meter.CreateObservableGauge("gateway.kept.in_flight", () => Interlocked.Read(ref _inFlight), "{message}", "Kept messages that clients have not acknowledged.");

        Tally Of(string name, string unit, string description) => new(meter, name, unit, description, "channel", Channels);
    }

    public long InFlight => Interlocked.Read(ref _inFlight);

    public void Delivered(ChannelKind channel) => _deliveries.Add((int)channel);

    public void Repeated(ChannelKind channel) => _repeats.Add((int)channel);

    public void Gap(ChannelKind channel) => _gaps.Add((int)channel);

    public void Read(ChannelKind channel) => _reads.Add((int)channel);

    public void Behind(ChannelKind channel) => _behind.Add((int)channel);

    public void Opened(bool again) => _opens.Add(again ? 1 : 0);

    public void Acknowledged(AckVerdict verdict) => _acks.Add((int)verdict);

    public void AckOfUnknownChannel() => _acks.Add(3);

    public void AckForbidden() => _acks.Add(4);

    public void AckOfUnboundApp() => _acks.Add(5);

    public void CursorTold(AckOutcome outcome) => _cursors.Add((int)outcome);

    public void Fetched(FetchOutcome outcome) => _fetches.Add((int)outcome);

    public void InFlightChanged(int by)
    {
        if (by != 0)
        {
            Interlocked.Add(ref _inFlight, by);
        }
    }

    public long Deliveries(ChannelKind channel) => _deliveries[(int)channel];

    public long Repeats(ChannelKind channel) => _repeats[(int)channel];

    public long Gaps(ChannelKind channel) => _gaps[(int)channel];

    public long Reads(ChannelKind channel) => _reads[(int)channel];

    public long TimesBehind(ChannelKind channel) => _behind[(int)channel];

    public long Acks(AckVerdict verdict) => _acks[(int)verdict];

    public long Opens(bool again) => _opens[again ? 1 : 0];

    public long Cursors(AckOutcome outcome) => _cursors[(int)outcome];

    public long Fetches(FetchOutcome outcome) => _fetches[(int)outcome];
}
