using System.Diagnostics.Metrics;
using Microservices.Gateway.Diagnostics;

namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>What the gateway counts of broadcasts that are not kept, on the gateway's meter. Frames by sends tells how well they gather.</summary>
internal sealed class FanOutMetrics
{
    private long _broadcasts;
    private long _held;
    private long _passes;
    private long _sends;

    public FanOutMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayMetrics.MeterName);
        meter.CreateObservableCounter("gateway.broadcasts", () => Interlocked.Read(ref _broadcasts), "{message}", "Messages to all sessions of an app that are not kept.");
        meter.CreateObservableCounter("gateway.broadcasts.held", () => Interlocked.Read(ref _held), "{message}", "How often such a message had to wait because too many were on their way.");
        meter.CreateObservableCounter("gateway.broadcasts.passes", () => Interlocked.Read(ref _passes), "{pass}", "Passes through all sessions of an app; each sends what has gathered.");
        meter.CreateObservableCounter("gateway.broadcasts.sends", () => Interlocked.Read(ref _sends), "{send}", "Sends of such passes; one sends a session all that it lacks.");
    }

    public long Broadcasts => Interlocked.Read(ref _broadcasts);

    public long Passes => Interlocked.Read(ref _passes);

    public long Sends => Interlocked.Read(ref _sends);

    public void Added() => Interlocked.Increment(ref _broadcasts);

    public void Held() => Interlocked.Increment(ref _held);

    public void Passed() => Interlocked.Increment(ref _passes);

    public void Sent(long sends) => Interlocked.Add(ref _sends, sends);
}
