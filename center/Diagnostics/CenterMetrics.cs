using System.Diagnostics.Metrics;
using Grpc.Core;
using Microservices.Contracts.Center;

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
        var meter = meters.Create(MeterName);
        _calls = meter.CreateCounter<long>("center.calls", "{call}", "Calls of the API, by method and gRPC status.");
        _callDuration = meter.CreateHistogram<double>("center.call.duration", "s", "How long calls took, by method.");
        _authenticationFailures = meter.CreateCounter<long>("center.auth.failures", "{call}", "Calls without a valid key, by cause.");
        _pushes = meter.CreateCounter<long>("center.pushes", "{push}", "Pushes, by target.");
        _pushUsers = meter.CreateCounter<long>("center.push.users", "{user}", "Users of pushes, by outcome.");
        _pushRecipients = meter.CreateCounter<long>("center.push.recipients", "{session}", "Sessions that pushes were handed to rooms for; without pushes to everybody.");
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

    public void Pushed(string target) => _pushes.Add(1, Tag("target", target));

    public void PushedTo(string outcome, int users) => Add(_pushUsers, users, Tag("outcome", outcome));

    public void PushedToSessions(int sessions) => Add(_pushRecipients, sessions);

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

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static void Add(Counter<long> counter, int count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (count > 0)
        {
            counter.Add(count, tags);
        }
    }
}
