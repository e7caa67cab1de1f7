using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>What all sinks share, so that each holds one reference.</summary>
internal sealed class SinkParts(GatewayMetrics metrics, ChannelMetrics counts, TimingWheel wheel, IOptions<DeliveryOptions> options, TimeProvider time)
{
    public GatewayMetrics Metrics => metrics;

    public ChannelMetrics Counts => counts;

    public TimingWheel Wheel => wheel;

    public TimeProvider Time => time;

    public int MaxFrameBytes { get; } = options.Value.MaxFrameBytes;

    public FlowLimits Limits { get; } = new(
        options.Value.MaxInFlight, options.Value.MaxInFlightBytes, options.Value.MaxReordered, options.Value.MaxReorderedBytes);
}
