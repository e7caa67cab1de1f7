using System.Net.Security;
using Google.Protobuf;
using Microservices.Benchmarks.Peers.Protocols;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Benchmarks.Peers;

/// <summary>Our gateway in its production configuration: with the other services, Redis and RabbitMQ as processes beside it.</summary>
internal sealed class GatewayPeer : IPeer
{
    private const int TokensAtOnce = 64;

    private readonly TempFolder _folder;

    private GatewayPeer(Cluster cluster, TempFolder folder, int port, LoadTransport transport, TestUser[] users)
    {
        (Cluster, _folder, Port, Transport, Users) = (cluster, folder, port, transport, users);
        Protocol = new FrameProtocol(index => FrameProtocol.Login(users[index].Name, users[index].Token, index));
    }

    public Cluster Cluster { get; }

    /// <summary>The clients, by number.</summary>
    public IReadOnlyList<TestUser> Users { get; }

    public int ProcessId => Cluster.Gateways[0].ProcessId;

    public IReadOnlyList<int> OtherProcessIds =>
        [Cluster.Registers[0].ProcessId, Cluster.Centers[0].ProcessId, Cluster.Redis.Id!.Value, Cluster.Rabbit.Id!.Value];

    public int Port { get; }

    public LoadTransport Transport { get; }

    public ILoadProtocol Protocol { get; }

    /// <param name="rabbit">The broker, which may be shared by several, one after the other.</param>
    /// <param name="link">How clients connect.</param>
    /// <param name="store">Where register keeps sessions and tokens: <c>redis</c> or <c>memory</c>.</param>
    /// <param name="users">How many clients there will be.</param>
    /// <param name="environment">Of the gateway only.</param>
    public static async Task<GatewayPeer> StartAsync(
        RabbitServer rabbit, GatewayLink link, string store, int users, IReadOnlyDictionary<string, string>? environment = null)
    {
        var (folder, port) = (new TempFolder(), FreePorts.Take());
        var certificate = new TestCertificate();
        var (certificateFile, keyFile) = (Path.Combine(folder.Path, "tls.pem"), Path.Combine(folder.Path, "tls.key"));
        certificate.WriteTo(certificateFile, keyFile);
        var options = new Dictionary<string, string> { ["Store__Kind"] = store };
        if (link == GatewayLink.WebSocket)
        {
            options["WebSocket__Port"] = $"{port}";
        }
        else if (link == GatewayLink.Tls)
        {
            (options["Tls__Port"], options["Tls__CertificateFile"], options["Tls__KeyFile"]) = ($"{port}", certificateFile, keyFile);
        }

        var cluster = await Cluster.StartNewAsync(ClusterShape.Small with { Options = options, GatewayOptions = environment ?? new Dictionary<string, string>() }, rabbit);
        var transport = link switch
        {
            GatewayLink.WebSocket => LoadTransport.WebSocket,
            GatewayLink.Tls => LoadTransport.Tcp with { Tls = _ => WithoutResumption(certificate.Trust()) },
            _ => LoadTransport.Tcp,
        };
        var known = store == "redis" ? await cluster.NewUsersAsync(users) : await IssueAsync(cluster, users);
        return new GatewayPeer(cluster, folder, link == GatewayLink.Tcp ? cluster.Gateways[0].Port : port, transport, known);
    }

    // By as many calls at once: they reach the gateway one behind the other.
    public Task BroadcastAsync(ReadOnlyMemory<byte> payload, int times)
    {
        var request = new PushRequest { App = Cluster.DefaultApp, Everybody = new Everybody(), Payload = ByteString.CopyFrom(payload.Span) };
        var center = Cluster.Center();
        return Task.WhenAll(Enumerable.Range(0, times).Select(async _ => await center.PushAsync(request)));
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        _folder.Dispose();
    }

    // Each client is another device.
    private static SslClientAuthenticationOptions WithoutResumption(SslClientAuthenticationOptions handshake)
    {
        handshake.AllowTlsResume = false;
        return handshake;
    }

    private static async Task<TestUser[]> IssueAsync(Cluster cluster, int count)
    {
        var users = new TestUser[count];
        var center = cluster.Center();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = TokensAtOnce }, async (i, stop) =>
        {
            var issued = await center.IssueTokenAsync(new IssueTokenRequest { App = Cluster.DefaultApp, User = $"user-{i}" }, cancellationToken: stop);
            users[i] = new TestUser($"user-{i}", issued.Token);
        });
        return users;
    }
}

/// <summary>How clients connect to a gateway.</summary>
internal enum GatewayLink
{
    Tcp,
    WebSocket,
    Tls,
}
