using System.Diagnostics.Metrics;
using System.Globalization;

namespace Microservices.Center.Diagnostics;

/// <summary>What the HTTP port counts; on the meter of <see cref="CenterMetrics"/>.</summary>
internal sealed class HttpMetrics
{
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;
    private readonly Counter<long> _connectionsRefused;

    public HttpMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CenterMetrics.MeterName);
        _requests = meter.CreateCounter<long>("center.http.requests", "{request}", "Requests of the HTTP API, by operation and status.");
        _durations = meter.CreateHistogram<double>("center.http.request.duration", "s", "How long requests took, by operation; streams until their end.");
        _connectionsRefused = meter.CreateCounter<long>("center.http.connections.refused", "{connection}", "Connections closed at the limit of connections.");
    }

    /// <param name="operation">Of the table of operations, or a word of ours for requests that are for none.</param>
    public void Requested(string operation, int status, TimeSpan duration)
    {
        _requests.Add(1, Tag("operation", operation), Tag("status", status.ToString(CultureInfo.InvariantCulture)));
        _durations.Record(duration.TotalSeconds, Tag("operation", operation));
    }

    public void ConnectionRefused() => _connectionsRefused.Add(1);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
