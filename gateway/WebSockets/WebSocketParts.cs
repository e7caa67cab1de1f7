using Microservices.Gateway.Admission;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.WebSockets.Upgrades;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.WebSockets;

/// <summary>What all WebSockets share.</summary>
internal sealed class WebSocketParts(IOptions<WebSocketsOptions> options, IOptions<AdmissionOptions> admission, TimingWheel wheel, WebSocketMetrics metrics)
{
    public WebSocketsOptions Options { get; } = options.Value;

    public Origins Origins { get; } = new(options.Value.AllowedOrigins);

    public long UpgradeTimeoutMs { get; } = (long)options.Value.UpgradeTimeout.TotalMilliseconds;

    /// <summary>The longest message, bytes: that of a frame.</summary>
    public int MaxMessageBytes { get; } = admission.Value.MaxFrameBytes;

    public TimingWheel Wheel => wheel;

    public WebSocketMetrics Metrics => metrics;
}
