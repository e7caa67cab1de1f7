using System.Diagnostics.Metrics;
using Microservices.Gateway.Arrivals.Proxy;
using Microservices.Gateway.Arrivals.Tls;
using Microservices.Gateway.Diagnostics;

namespace Microservices.Gateway.Arrivals;

/// <summary>What the gateway counts of connections before their first frame, on the gateway's meter.</summary>
internal sealed class ArrivalMetrics
{
    private readonly Tally _handshakes;
    private readonly Tally _headers;
    private readonly Histogram<double> _duration;
    private int _handshaking;
    private int _awaited;

    public ArrivalMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayMetrics.MeterName);
        _handshakes = new Tally(meter, "gateway.tls.handshakes", "{handshake}", "TLS handshakes, by outcome.", "outcome", GatewayMetrics.EnumNames<HandshakeOutcome>());
        _headers = new Tally(meter, "gateway.proxy_headers", "{header}", "PROXY headers that were expected of trusted peers, by outcome.", "outcome", GatewayMetrics.EnumNames<ProxyOutcome>());
        _duration = meter.CreateHistogram<double>("gateway.tls.handshake.duration", "s", "From the accept to the end of a TLS handshake that succeeded.");
        meter.CreateObservableGauge("gateway.tls.handshaking", () => Volatile.Read(ref _handshaking), "{handshake}", "TLS handshakes under way.");
        meter.CreateObservableGauge("gateway.proxy_headers.awaited", () => Volatile.Read(ref _awaited), "{header}", "PROXY headers that have not come yet.");
    }

    public void Began() => Interlocked.Increment(ref _handshaking);

    public void Ended() => Interlocked.Decrement(ref _handshaking);

    public void Awaits() => Interlocked.Increment(ref _awaited);

    public void AwaitsNoMore() => Interlocked.Decrement(ref _awaited);

    public void Handshake(HandshakeOutcome outcome) => _handshakes.Add((int)outcome);

    public void Succeeded(TimeSpan duration)
    {
        Handshake(HandshakeOutcome.Succeeded);
        _duration.Record(duration.TotalSeconds);
    }

    public void Header(ProxyOutcome outcome) => _headers.Add((int)outcome);

    public int Handshaking => Volatile.Read(ref _handshaking);

    public int Awaited => Volatile.Read(ref _awaited);

    public long Handshakes(HandshakeOutcome outcome) => _handshakes[(int)outcome];

    public long Headers(ProxyOutcome outcome) => _headers[(int)outcome];
}
