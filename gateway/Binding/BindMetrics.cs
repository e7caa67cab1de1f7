using System.Diagnostics.Metrics;
using Microservices.Gateway.Diagnostics;
using Microservices.Protocol;

namespace Microservices.Gateway.Binding;

/// <summary>What the gateway counts of bound apps, on the gateway's meter.</summary>
internal sealed class BindMetrics
{
    private readonly Tally _binds;
    private readonly Tally _unbounds;
    private long _bound;

    public BindMetrics(IMeterFactory meters, GatewayMetrics gauges)
    {
        var meter = meters.Create(GatewayMetrics.MeterName);
        _binds = new Tally(meter, "gateway.binds", "{bind}", "Binds of further apps, by outcome.", "outcome", GatewayMetrics.EnumNames<BindOutcome>());
        _unbounds = new Tally(meter, "gateway.unbounds", "{session}", "Sessions of bound apps that ended, by reason.", "reason", GatewayMetrics.CodeNames());
        gauges.Gauge("gateway.sessions.bound", "{session}", "Sessions of bound apps on this gateway; gateway.sessions has them too.", () => Bound);
    }

    /// <summary>Sessions of bound apps.</summary>
    public long Bound => Interlocked.Read(ref _bound);

    public void Bind(BindOutcome outcome) => _binds.Add((int)outcome);

    public void Began()
    {
        _binds.Add((int)BindOutcome.Bound);
        Interlocked.Increment(ref _bound);
    }

    public void Ended(Code reason)
    {
        _unbounds.Add(GatewayMetrics.IndexOf(reason));
        Interlocked.Decrement(ref _bound);
    }

    public long Binds(BindOutcome outcome) => _binds[(int)outcome];

    public long Unbounds(Code reason) => _unbounds[GatewayMetrics.IndexOf(reason)];
}
