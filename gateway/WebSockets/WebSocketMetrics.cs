using System.Diagnostics.Metrics;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.WebSockets.Upgrades;

namespace Microservices.Gateway.WebSockets;

/// <summary>What the gateway counts of WebSockets, on the gateway's meter.</summary>
internal sealed class WebSocketMetrics
{
    private readonly Tally _upgrades;
    private readonly Tally _pings;

    public WebSocketMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayMetrics.MeterName);
        _upgrades = new Tally(meter, "gateway.websocket.upgrades", "{upgrade}", "WebSocket handshakes, by outcome.", "outcome", GatewayMetrics.EnumNames<UpgradeOutcome>());
        _pings = new Tally(meter, "gateway.websocket.pings", "{ping}", "Pings of clients, by outcome.", "outcome", ["answered", "suppressed"]);
    }

    public void Upgrade(UpgradeOutcome outcome) => _upgrades.Add((int)outcome);

    public void Ping(bool isAnswered) => _pings.Add(isAnswered ? 0 : 1);

    public long Upgrades(UpgradeOutcome outcome) => _upgrades[(int)outcome];

    public long Pings(bool isAnswered) => _pings[isAnswered ? 0 : 1];
}
