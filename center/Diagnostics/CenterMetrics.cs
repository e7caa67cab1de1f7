using System.Diagnostics.Metrics;
using Grpc.Core;

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

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static void Add(Counter<long> counter, int count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (count > 0)
        {
            counter.Add(count, tags);
        }
    }
}
