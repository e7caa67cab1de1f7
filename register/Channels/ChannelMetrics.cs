using System.Diagnostics.Metrics;
using Microservices.Bus;
using Microservices.Contracts.Register;

namespace Microservices.Register.Channels;

/// <summary>What is counted of channels, in register's meter.</summary>
internal sealed class ChannelMetrics
{
    private readonly Counter<long> _appends;
    private readonly Counter<long> _opened;
    private readonly Counter<long> _read;
    private readonly Counter<long> _acks;
    private readonly Counter<long> _dead;
    private readonly Counter<long> _due;
    private readonly Counter<long> _nudges;
    private readonly Counter<long> _audits;

    public ChannelMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(RegisterMetrics.MeterName);
        _appends = meter.CreateCounter<long>("register.channels.appends", "{message}", "Messages to be kept, by channel and outcome.");
        _opened = meter.CreateCounter<long>("register.channels.opened", "{reader}", "Readers that opened their channels, by outcome.");
        _read = meter.CreateCounter<long>("register.channels.read", "{message}", "Kept messages that were read, by the call that read them.");
        _acks = meter.CreateCounter<long>("register.channels.acks", "{position}", "Acknowledged positions by outcome.");
        _dead = meter.CreateCounter<long>("register.channels.dead", "{message}", "Messages given up, sent as often as the app allows and never acknowledged.");
        _due = meter.CreateCounter<long>("register.channels.due", "{inbox}", "Inboxes that were not acknowledged in time, taken by this register.");
        _nudges = meter.CreateCounter<long>("register.channels.nudges", "{session}", "Sessions whose rooms were told to look at their inboxes, by outcome.");
        _audits = meter.CreateCounter<long>("register.channels.audits", "{ledger}", "Ledgers of an app and partition that were audited, by result.");
    }

    public void Appended(bool all, AppendResult.Types.Outcome outcome) => _appends.Add(
        1, new KeyValuePair<string, object?>("channel", all ? "all" : "inbox"), new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Opened(bool unavailable) => _opened.Add(1, new KeyValuePair<string, object?>("outcome", unavailable ? "Unavailable" : "Opened"));

    public void Read(string call, int entries) => _read.Add(entries, new KeyValuePair<string, object?>("call", call));

    public void Acknowledged(AckOutcome outcome, int count) => _acks.Add(count, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Dead(bool gaveUp) => _dead.Add(gaveUp ? 1 : 0);

    public void Due(int inboxes) => _due.Add(inboxes);

    public void Nudged(PublishOutcome outcome, int sessions) => _nudges.Add(sessions, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Audited(AuditResult result) => _audits.Add(1, new KeyValuePair<string, object?>("result", result.ToString()));
}
