using System.Diagnostics.Metrics;
using Grpc.Core;
using Microservices.Center.Fanout;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;

namespace Microservices.Center.Diagnostics;

/// <summary>What the center counts, meter <c>Microservices.Center</c>. Tags come from closed sets; docs/configuration/center.md lists them.</summary>
internal sealed class CenterMetrics
{
    public const string MeterName = "Microservices.Center";

    private readonly Counter<long> _calls;
    private readonly Histogram<double> _callDuration;
    private readonly Counter<long> _authenticationFailures;
    private readonly Counter<long> _pushes;
    private readonly Counter<long> _pushUsers;
    private readonly Counter<long> _pushRecipients;
    private readonly Meter _meter;
    private readonly Counter<long> _kept;
    private readonly Counter<long> _keptRetries;
    private readonly Counter<long> _keptRefused;
    private readonly Histogram<long> _keptBatch;
    private readonly Counter<long> _kicks;
    private readonly Counter<long> _kickedSessions;
    private readonly Counter<long> _jobs;
    private readonly Counter<long> _chatMessages;
    private readonly Counter<long> _chatRecipients;
    private readonly Counter<long> _chatNotices;
    private readonly Counter<long> _chatRetries;
    private readonly Histogram<long> _chatBatch;

    private readonly Counter<long> _presenceEvents;
    private readonly Counter<long> _presenceLosses;
    private readonly UpDownCounter<long> _watchers;
    private readonly Counter<long> _watchersRefused;
    private readonly Counter<long> _watchersBehind;
    private readonly Counter<long> _watchDropped;
    private readonly Counter<long> _watchUpdates;

    public CenterMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(MeterName);
        _calls = meter.CreateCounter<long>("center.calls", "{call}", "Calls of the API, by method and gRPC status.");
        _callDuration = meter.CreateHistogram<double>("center.call.duration", "s", "How long calls took, by method.");
        _authenticationFailures = meter.CreateCounter<long>("center.auth.failures", "{call}", "Calls without a valid key, by cause.");
        _pushes = meter.CreateCounter<long>("center.pushes", "{push}", "Pushes, by target.");
        _pushUsers = meter.CreateCounter<long>("center.push.users", "{user}", "Users of pushes, by outcome.");
        _pushRecipients = meter.CreateCounter<long>("center.push.recipients", "{session}", "Sessions that pushes were handed to rooms for; without pushes to everybody.");
        _kept = meter.CreateCounter<long>("center.kept.messages", "{message}", "Messages that register was to keep, one for each user, by result.");
        _keptRetries = meter.CreateCounter<long>("center.kept.retries", "{attempt}", "Further attempts to keep messages because register did not answer.");
        _keptRefused = meter.CreateCounter<long>("center.kept.refused", "{call}", "Calls that were refused because too much waited for register.");
        _keptBatch = meter.CreateHistogram<long>("center.kept.batch", "{message}", "Messages in a call to register.");
        _kicks = meter.CreateCounter<long>("center.kick.users", "{user}", "Users of kicks, by outcome.");
        _kickedSessions = meter.CreateCounter<long>("center.kick.sessions", "{session}", "Sessions of kick jobs, by outcome.");
        _jobs = meter.CreateCounter<long>("center.jobs", "{job}", "Jobs that left this center's hands, by kind and outcome.");
        _chatMessages = meter.CreateCounter<long>("center.chat.messages", "{message}", "Chat messages from clients, by kind and outcome.");
        _chatRecipients = meter.CreateCounter<long>("center.chat.recipients", "{session}", "Sessions that chat was handed to rooms for; without chat to all.");
        _chatNotices = meter.CreateCounter<long>("center.chat.notices", "{notice}", "What senders of chat were told, by code.");
        _chatRetries = meter.CreateCounter<long>("center.chat.retries", "{attempt}", "Attempts at a batch that did not finish it because register or the bus was away.");
        _chatBatch = meter.CreateHistogram<long>("center.chat.batch", "{message}", "Messages in a batch.");
        _presenceEvents = meter.CreateCounter<long>("center.presence.events", "{event}", "Presence events that came, by result.");
        _presenceLosses = meter.CreateCounter<long>("center.presence.losses", "{loss}", "Times that presence events may have been lost, by cause.");
        _watchers = meter.CreateUpDownCounter<long>("center.presence.watchers", "{watcher}", "Who watches presence now.");
        _watchersRefused = meter.CreateCounter<long>("center.presence.watchers.refused", "{watcher}", "Watchers that were refused at the limit.");
        _watchersBehind = meter.CreateCounter<long>("center.presence.watchers.behind", "{time}", "Times that a watcher was too slow and was told to read again.");
        _watchDropped = meter.CreateCounter<long>("center.presence.dropped", "{change}", "Changes that were dropped for watchers that were too slow.");
        _watchUpdates = meter.CreateCounter<long>("center.presence.updates", "{update}", "Updates that watchers were sent, by kind.");
    }

    public void Called(string method, StatusCode status, TimeSpan duration)
    {
        // "/package.Service/Method": only methods that exist come here.
        var name = method[(method.LastIndexOf('/') + 1)..];
        _calls.Add(1, Tag("method", name), Tag("status", status.ToString()));
        _callDuration.Record(duration.TotalSeconds, Tag("method", name));
    }

    public void AuthenticationFailed(string cause) => _authenticationFailures.Add(1, Tag("cause", cause));

    public void Pushed(string target, bool isKept) => _pushes.Add(1, Tag("target", target), Tag("qos", isKept ? "1" : "0"));

    public void PushedTo(IReadOnlyList<UserOutcome> outcomes)
    {
        if (outcomes.Count == 1)
        {
            _pushUsers.Add(1, Tag("outcome", RoomOutcomes.NameOf(outcomes[0].Outcome)));
            Add(_pushRecipients, outcomes[0].SentTo.Count);
            return;
        }

        foreach (var group in outcomes.CountBy(static outcome => outcome.Outcome))
        {
            _pushUsers.Add(group.Value, Tag("outcome", RoomOutcomes.NameOf(group.Key)));
        }

        Add(_pushRecipients, outcomes.Sum(static outcome => outcome.SentTo.Count));
    }

    public void KeptWaiting(Func<int> waiting) =>
        _meter.CreateObservableGauge("center.kept.waiting", waiting, "{message}", "Messages that wait for register.");

    public void Kept(IReadOnlyList<AppendResult> results)
    {
        if (results.Count == 1)
        {
            _kept.Add(1, Tag("result", NameOf(results[0].Outcome)));
            return;
        }

        foreach (var group in results.CountBy(static result => result.Outcome))
        {
            _kept.Add(group.Value, Tag("result", NameOf(group.Key)));
        }
    }

    public void KeptRetried() => _keptRetries.Add(1);

    public void KeptRefused() => _keptRefused.Add(1);

    public void KeptBatch(int messages) => _keptBatch.Record(messages);

    public void Kicked(string outcome, int users) => Add(_kicks, users, Tag("outcome", outcome));

    public void KickedSessions(string outcome, ulong sessions) => Add(_kickedSessions, (int)sessions, Tag("outcome", outcome));

    public void JobRan(string kind, string outcome) => _jobs.Add(1, Tag("kind", kind), Tag("outcome", outcome));

    public void Chatted(string kind, string outcome) => _chatMessages.Add(1, Tag("kind", kind), Tag("outcome", outcome));

    public void ChattedToSessions(int sessions) => Add(_chatRecipients, sessions);

    public void Noticed(string code) => _chatNotices.Add(1, Tag("code", code));

    public void ChatBatchRetried() => _chatRetries.Add(1);

    public void ChatBatchCame(int messages) => _chatBatch.Record(messages);

    public void PresenceTold(string result) => _presenceEvents.Add(1, Tag("result", result));

    public void PresenceLost(string cause) => _presenceLosses.Add(1, Tag("cause", cause));

    public void WatchersChanged(int by) => _watchers.Add(by);

    public void WatcherRefused() => _watchersRefused.Add(1);

    public void WatcherFellBehind(int dropped)
    {
        _watchersBehind.Add(1);
        _watchDropped.Add(dropped);
    }

    /// <param name="why">Null: it was a change.</param>
    public void PresenceUpdateSent(ReadNow.Types.Why? why) => _watchUpdates.Add(1, Tag("kind", why switch
    {
        null => "change",
        ReadNow.Types.Why.Started => "started",
        ReadNow.Types.Why.FellBehind => "fell_behind",
        _ => "lost",
    }));

    private static string NameOf(AppendResult.Types.Outcome outcome) => outcome switch
    {
        AppendResult.Types.Outcome.Appended => "appended",
        AppendResult.Types.Outcome.Repeated => "repeated",
        AppendResult.Types.Outcome.KeyReused => "key_reused",
        AppendResult.Types.Outcome.Full => "full",
        AppendResult.Types.Outcome.Unavailable => "unavailable",
        _ => "refused",
    };

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static void Add(Counter<long> counter, int count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (count > 0)
        {
            counter.Add(count, tags);
        }
    }
}
