using Microservices.Bus;
using Microservices.Gateway;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Delivery.Broadcasts;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.Benchmarks.Micro;

/// <summary>The parts of a gateway that does not run, and sessions on links that take everything.</summary>
internal sealed class SessionsInside : IDisposable
{
    private const ulong Incarnation = 1;

    private readonly WebApplication _gateway = GatewayApp.Create([], static builder =>
    {
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"{BusOptions.Section}:Kind"] = BusOptions.InProcess,
            ["ServiceAuth:Secret"] = "the-secret-of-the-benchmarks",
        });
    });

    private readonly AppEntry _app = new("default");
    private ulong _epoch;

    public SessionTable Table => _gateway.Services.GetRequiredService<SessionTable>();

    /// <summary>All in one app.</summary>
    public SessionSlots Slots => _app.Sessions;

    public BroadcastSender NewSender() => new(
        _gateway.Services.GetRequiredService<RoomState>(), _gateway.Services.GetRequiredService<GatewayMetrics>(), _gateway.Services.GetRequiredService<FanOutMetrics>());

    public void Add(int sessions, Framing framing = Framing.Raw)
    {
        _gateway.Services.GetRequiredService<RoomState>().Set(Incarnation, refill: 0);
        var parts = _gateway.Services.GetRequiredService<ConnectionParts>();
        for (var i = 0; i < sessions; i++)
        {
            var number = Table.NextNumber();
            var connection = new Connection(new DefaultConnectionContext(), new OpenOutlet(), parts, framing);
            connection.Heard(Protocol.ProtocolVersion.Current);
            Table.Add(new Session
            {
                Connection = connection,
                App = _app,
                User = $"user-{number}",
                Device = "",
                Sdk = "benchmark/1",
                Number = number,
                Epoch = ++_epoch,
                ClaimedFor = new ClaimStamp(Incarnation, 0),
                IsChatClient = false,
                WantsHeartbeatAck = false,
                WantsAck = false,
                MayPark = false,
                ProposedHeartbeatMs = 0,
            });
        }
    }

    public void Dispose() => ((IDisposable)_gateway).Dispose();
}
