using System.Diagnostics.Metrics;
using Microservices.Center.Diagnostics;

namespace Microservices.Center.Console;

/// <summary>What the console counts, beside what the calls that it makes count.</summary>
internal sealed class ConsoleMetrics
{
    private readonly Counter<long> _logins;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _refused;

    public ConsoleMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CenterMetrics.MeterName);
        _logins = meter.CreateCounter<long>("center.console.logins", "{login}", "Logins to the console, by outcome.");
        _sent = meter.CreateCounter<long>("center.console.messages", "{message}", "Messages that people sent, by outcome.");
        _refused = meter.CreateCounter<long>("center.console.refused", "{request}", "Requests that the console refused, by cause.");
    }

    public void LoggedIn(bool isAccepted) => _logins.Add(1, Tag("outcome", isAccepted ? "accepted" : "refused"));

    public void Sent(string outcome) => _sent.Add(1, Tag("outcome", outcome));

    public void Refused(string cause) => _refused.Add(1, Tag("cause", cause));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
