using System.Collections.Concurrent;
using Google.Protobuf;
using Microservices.Client;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.Standalone;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Tls;

/// <summary>A gateway process with a certificate, beside the shared ones: clients find it through the dispatcher, and its certificate is replaced under them.</summary>
public sealed class TlsTests(SharedCluster shared) : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly TestCertificate _first = new();
    private readonly int _tlsPort = FreePorts.Take();
    private ServiceProcess? _gateway;

    private string CertificateFile => Path.Combine(_folder.Path, "tls.pem");

    private string KeyFile => Path.Combine(_folder.Path, "tls.key");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            _gateway.Send(Signal.Terminate);
            await _gateway.WaitForExitAsync();
            await _gateway.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Certificate_ReplacedUnderClients_NobodyIsCut_AndKeptMessagesArriveOnce()
    {
        var cluster = await StartGatewayAsync();
        var users = await cluster.NewUsersAsync(2);
        await using var before = await ConnectAsync(cluster, users[0], _first);
        var next = new TestCertificate();
        await KeepAsync(cluster, users[0], 0);

        next.WriteTo(CertificateFile, KeyFile);
        await Eventually.HoldsAsync(() => _gateway!.Output.Split("uses the certificate").Length > 2, "the new certificate is taken", () => _gateway!.Output);
        await using var after = await ConnectAsync(cluster, users[1], next);
        for (var i = 1; i < 50; i++)
        {
            await KeepAsync(cluster, users[0], i);
            await KeepAsync(cluster, users[1], i);
        }

        await before.WaitAsync(50);
        await after.WaitAsync(49);
        Assert.Equal(Enumerable.Range(0, 50).Select(static i => $"{i}"), before.Pushes.Select(static push => push.Text));
        Assert.Equal(Enumerable.Range(1, 49).Select(static i => $"{i}"), after.Pushes.Select(static push => push.Text));
        Assert.Equal(0, before.Waits);
        Assert.Equal(ClientPhase.Verified, before.Client.State.Phase);
        await UntilInboxIsEmptyAsync(cluster, users[0]);
        await UntilInboxIsEmptyAsync(cluster, users[1]);
    }

    [Fact]
    public async Task Client_ThatTrustsAnotherAuthority_NeverLogsIn()
    {
        var cluster = await StartGatewayAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var client = new TlsUser(cluster, user, WriteAuthority(new TestCertificate()));
        client.Client.Start();

        // It waits when it has tried all gateways, and tells of the last: one of another test may just be ending.
        await Eventually.HoldsAsync(
            () => client.States.Any(static state => state.Phase == ClientPhase.Waiting && state.Message.StartsWith("No TLS with ", StringComparison.Ordinal)),
            "it gives up and waits",
            client.State);

        Assert.DoesNotContain(client.States, static state => state.Phase == ClientPhase.Verified);
    }

    [Fact]
    public async Task CommandLine_WithTls_ReceivesWhatIsKept()
    {
        var cluster = await StartGatewayAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await KeepAsync(cluster, user, 7);

        await using var receive = CliProcess.Start(
            "receive", "--user", user.Name, "--token-file", _folder.Write("token", user.Token), "--count", "1",
            "--tls", "--ca-file", WriteAuthority(_first), "--dispatcher", Dispatcher(cluster).ToString());

        Assert.Equal(0, await receive.WaitForExitAsync());
        Assert.Contains($"* connected to 127.0.0.1:{_tlsPort} as {user.Name}", receive.Output, StringComparison.Ordinal);
    }

    private static Uri Dispatcher(Cluster cluster) => new($"http://127.0.0.1:{cluster.Dispatchers[0].Port}");

    private static async Task KeepAsync(Cluster cluster, TestUser user, int number) => await cluster.Center().PushAsync(new PushRequest
    {
        App = Cluster.DefaultApp,
        Users = new Users { Users_ = { user.Name } },
        Payload = ByteString.CopyFromUtf8($"{number}"),
        ContentType = "text/plain",
        Qos = Qos.AtLeastOnce,
    });

    private static Task UntilInboxIsEmptyAsync(Cluster cluster, TestUser user) => Eventually.HoldsAsync(
        async () => (await cluster.Center().GetInboxAsync(new GetInboxRequest { App = Cluster.DefaultApp, User = user.Name })).Messages == 0,
        "everything is acknowledged",
        cluster.State);

    private async Task<Cluster> StartGatewayAsync()
    {
        var cluster = await shared.GetAsync();
        _first.WriteTo(CertificateFile, KeyFile);
        var adminPort = FreePorts.Take();
        var environment = cluster.GatewayConfiguration($"tls-{_tlsPort}", FreePorts.Take(), adminPort)
            .ToDictionary(static one => one.Key.Replace(":", "__", StringComparison.Ordinal), static one => one.Value);
        environment["Tls__Port"] = $"{_tlsPort}";
        environment["Tls__CertificateFile"] = CertificateFile;
        environment["Tls__KeyFile"] = KeyFile;
        environment["Tls__CertificateCheckInterval"] = "00:00:00.1";

        // The other tests' clients, which do not speak TLS, are not to find it.
        environment["Room__Addresses__0__Host"] = "127.0.0.1";
        environment["Room__Addresses__0__Port"] = $"{_tlsPort}";
        environment["Room__Addresses__0__Transport"] = "tls";
        _gateway = await ServiceProcess.StartAsync(Repository.Dll("gateway", "Gateway"), [], environment, Path.GetTempPath());
        await _gateway.WaitUntilReadyAsync(adminPort, TimeSpan.FromSeconds(90));
        return cluster;
    }

    private string WriteAuthority(TestCertificate certificate) => _folder.Write($"{certificate.Thumbprint}.pem", certificate.Pem);

    private async Task<TlsUser> ConnectAsync(Cluster cluster, TestUser user, TestCertificate authority)
    {
        var client = new TlsUser(cluster, user, WriteAuthority(authority));
        client.Client.Start();
        await Eventually.HoldsAsync(() => client.Client.State.Phase == ClientPhase.Verified, "it is logged in", client.State, TimeSpan.FromSeconds(60));
        Assert.Equal(_tlsPort, client.Client.State.Endpoint!.Port);
        return client;
    }

    private sealed class TlsUser : IAsyncDisposable
    {
        private readonly Cluster _cluster;

        public TlsUser(Cluster cluster, TestUser user, string authority)
        {
            _cluster = cluster;
            Client = new PushClient(new PushClientOptions
            {
                Dispatchers = [Dispatcher(cluster)],
                User = user.Name,
                Token = user.Token,
                Tls = new TlsOptions { CaFile = authority },
                Reconnect = new ReconnectOptions { InitialDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(1) },
            });
            Client.PushReceived += Pushes.Enqueue;
            Client.StateChanged += States.Enqueue;
        }

        public PushClient Client { get; }

        public ConcurrentQueue<PushMessage> Pushes { get; } = new();

        public ConcurrentQueue<ClientState> States { get; } = new();

        /// <summary>Times that it lost its connection after it had one, or found none with TLS; the first rounds may come before the dispatcher knows the gateway.</summary>
        public int Waits => States.SkipWhile(static state => state.Endpoint is null).Count(static state => state.Phase == ClientPhase.Waiting);

        public Task WaitAsync(int pushes) => Eventually.HoldsAsync(() => Pushes.Count >= pushes, $"{pushes} messages arrive", State, TimeSpan.FromSeconds(60));

        public string State() => $"{string.Join('\n', States)}\n{_cluster.State()}";

        public ValueTask DisposeAsync() => Client.DisposeAsync();
    }
}
