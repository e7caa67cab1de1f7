using Microservices.Benchmarks.Results;

namespace Microservices.Benchmarks.Comparison;

/// <summary>Columns and targets of each topic.</summary>
internal static class ComparisonTables
{
    private const string Clients = "clients' CPU";
    private const string Others = "other services' CPU";
    private const string WireBytes = "bytes on the wire";

    public static IReadOnlyList<Table> All { get; } =
    [
        new("memory", [("idle", "bytes per idle connection"), ("traffic", "… after traffic")],
        [
            new("idle", Contestant.Gateway, 5_500),
            new("traffic", Contestant.Gateway, 7_000),
            new("idle", Contestant.GatewayOnWebSocket, 8_000),
        ]),
        new("broadcast", [("cpu", "CPU s per million deliveries"), ("others", Others), ("clients", Clients), ("bytes", WireBytes)],
        [
            new("cpu", Contestant.Gateway, 1.15, Contestant.Epoll),
            new("cpu", Contestant.Gateway, 0.55, Contestant.SignalR),
            new("cpu", Contestant.Gateway, 0.75, Contestant.Nats),
            new("cpu", Contestant.GatewayOnWebSocket, 1.3, Contestant.Gateway),
        ]),
        new("burst", [("cpu", "CPU s per million deliveries"), ("others", Others), ("clients", Clients), ("bytes", WireBytes)],
        [
            new("cpu", Contestant.Gateway, 1.3, Contestant.Epoll),
            new("cpu", Contestant.Gateway, 0.15, Contestant.SignalR),
            new("cpu", Contestant.Gateway, 0.35, Contestant.Nats),
            new("cpu", Contestant.GatewayOnWebSocket, 1.3, Contestant.Gateway),
        ]),
        new("heartbeats",
        [
            ("silent", "CPU s per million, not answered"), ("silent_clients", Clients), ("answered", "CPU s per million, answered"), ("answered_clients", Clients),
        ],
        [
            new("silent", Contestant.Gateway, 2, Contestant.Epoll),
            new("silent", Contestant.Gateway, 0.5, Contestant.Kestrel),
            new("answered", Contestant.Gateway, 2, Contestant.Epoll),
            new("answered", Contestant.Gateway, 0.5, Contestant.Kestrel),
        ]),
        new("logins",
        [
            ("cpu", "CPU s per million logins"), ("with_others", "… with register, Redis, center, RabbitMQ"), ("clients", Clients), ("per_second", "logins a second, all on this machine"),
        ],
        [
            new("cpu", Contestant.GatewayInMemory, 2, Contestant.Kestrel),
        ]),
    ];
}
