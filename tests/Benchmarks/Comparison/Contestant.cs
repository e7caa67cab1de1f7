using Microservices.Benchmarks.Peers;
using Microservices.Testing;

namespace Microservices.Benchmarks.Comparison;

/// <summary>One server of the comparison.</summary>
/// <param name="Name">Its row in the tables.</param>
/// <param name="StartAsync">Starts it for so many clients.</param>
/// <param name="Needs">A program that it needs.</param>
/// <param name="Answers">Whether it answers heartbeats.</param>
/// <param name="Topics">What it takes part in.</param>
internal sealed record Contestant(string Name, Func<int, Task<IPeer>> StartAsync, string Needs, BeatAnswers Answers, params Topic[] Topics)
{
    public const string Gateway = "gateway";
    public const string GatewayOnWebSocket = "gateway, WebSocket";
    public const string GatewayOnTls = "gateway, TLS";
    public const string GatewayInMemory = "gateway, store in memory";
    public const string Epoll = "C epoll";
    public const string EpollUncoalesced = "C epoll, ten sends";
    public const string Kestrel = "Kestrel";
    public const string SignalR = "SignalR";
    public const string Nats = "NATS";
    public const string Mosquitto = "mosquitto";

    private static readonly Topic[] All = Enum.GetValues<Topic>();

    /// <summary>All of them. The gateways share a broker, which is started with the first.</summary>
    public static IReadOnlyList<Contestant> List(Func<Task<RabbitServer>> rabbit)
    {
        Func<int, Task<IPeer>> OurGateway(GatewayLink link, string store) => async users => await GatewayPeer.StartAsync(await rabbit(), link, store, users);
        return
        [
            new(Gateway, OurGateway(GatewayLink.Tcp, "redis"), "/usr/bin/redis-server", BeatAnswers.ToEven, All),
            new(Epoll, static _ => FramePeer.StartEpollAsync(), Programs.Compiler, BeatAnswers.ToEven, All),
            new(GatewayOnWebSocket, OurGateway(GatewayLink.WebSocket, "redis"), "/usr/bin/redis-server", BeatAnswers.ToEven, All),
            new(Kestrel, static _ => FramePeer.StartKestrelAsync(), "", BeatAnswers.ToEven, All),
            new(GatewayInMemory, OurGateway(GatewayLink.Tcp, "memory"), "/usr/bin/redis-server", BeatAnswers.ToEven, Topic.Logins),
            new(SignalR, static _ => SignalRPeer.StartAsync(), "", BeatAnswers.Never, All),
            new(GatewayOnTls, OurGateway(GatewayLink.Tls, "redis"), "/usr/bin/redis-server", BeatAnswers.ToEven, Topic.Logins, Topic.Memory) { Rounds = 1 },
            new(Nats, static _ => NatsPeer.StartAsync(), Programs.Nats, BeatAnswers.Always, All),
            new(Mosquitto, static _ => MosquittoPeer.StartAsync(), Programs.Mosquitto, BeatAnswers.Always, All),
        ];
    }

    /// <summary>In how many rounds it takes part: who is only reported takes part once.</summary>
    public int Rounds { get; init; } = int.MaxValue;

    public bool IsOurs => Name.StartsWith(Gateway, StringComparison.Ordinal);

    public bool IsInstalled => Needs.Length == 0 || File.Exists(Needs);
}
