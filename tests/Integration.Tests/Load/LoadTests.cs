using System.Text.Json;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.Standalone;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Load;

/// <summary>The load tool against a real gateway, by each of its transports; a run of an app of its own, which disturbs nobody.</summary>
public sealed class LoadTests(SharedCluster shared) : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly TestCertificate _certificate = new();
    private readonly int _tcpPort = FreePorts.Take();
    private readonly int _tlsPort = FreePorts.Take();
    private readonly int _webSocketPort = FreePorts.Take();
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
    public async Task Load_ByEachTransport_EverythingThatIsPublishedArrivesAndEverybodyComesBack()
    {
        var cluster = await shared.GetAsync();
        var app = await cluster.NewAppAsync(new AppDescription());
        await StartGatewayAsync(cluster);

        await Task.WhenAll(
            RunAsync(cluster, app, "tcp", _tcpPort),
            RunAsync(cluster, app, "tls", _tlsPort, "--ca-file", CertificateFile),
            RunAsync(cluster, app, "wss", _webSocketPort, "--ca-file", CertificateFile));
    }

    private static async Task RunAsync(Cluster cluster, string app, string transport, int port, params string[] more)
    {
        await using var load = CliProcess.Start(
        [
            "load", "--app", app, "--users", $"{transport}-", "--connections", "10", "--duration", "2s", "--json",
            "--unicasts", "20", "--qos", "1", "--heartbeats", "50", "--heartbeat-acks", "--reconnects", "5",
            "--transport", transport, "--gateway", $"127.0.0.1:{port}", "--center", $"http://127.0.0.1:{cluster.Centers[0].Port}", "--key", cluster.ApiKey, .. more,
        ]);

        Assert.True(await load.WaitForExitAsync() == 0, $"{transport}: {load.Output}");

        var run = JsonDocument.Parse(load.Output).RootElement;
        Assert.Equal((10, 10), (run.GetProperty("verified").GetInt32(), run.GetProperty("open").GetInt32()));
        var unicasts = run.GetProperty("published").GetProperty("unicasts").GetInt32();
        Assert.True(unicasts > 0, load.Output);

        // A link that is dropped may take a message with it that is not acknowledged: it comes again.
        Assert.InRange(run.GetProperty("kept").GetInt32(), unicasts, unicasts * 2);
        Assert.True(run.GetProperty("delivery_ms").GetProperty("max").GetDouble() > 0, load.Output);
        Assert.True(run.GetProperty("heartbeat_ms").GetProperty("max").GetDouble() > 0, load.Output);
        var reconnects = run.GetProperty("reconnects");
        Assert.True(reconnects.GetProperty("resumed").GetInt32() > 0, load.Output);
        Assert.Equal(reconnects.GetProperty("dropped").GetInt32(), reconnects.GetProperty("resumed").GetInt32());
    }

    private async Task StartGatewayAsync(Cluster cluster)
    {
        _certificate.WriteTo(CertificateFile, KeyFile);
        var adminPort = FreePorts.Take();
        var environment = cluster.GatewayConfiguration($"load-{_tcpPort}", _tcpPort, adminPort)
            .ToDictionary(static one => one.Key.Replace(":", "__", StringComparison.Ordinal), static one => one.Value);
        environment["Tls__Port"] = $"{_tlsPort}";
        environment["WebSocket__Port"] = $"{_webSocketPort}";
        foreach (var listener in new[] { "Tls", "WebSocket" })
        {
            environment[$"{listener}__CertificateFile"] = CertificateFile;
            environment[$"{listener}__KeyFile"] = KeyFile;
        }

        // The other tests' clients are not to find it.
        environment["Room__Addresses__0__Host"] = "127.0.0.1";
        environment["Room__Addresses__0__Port"] = $"{_webSocketPort}";
        environment["Room__Addresses__0__Transport"] = "wss";
        _gateway = await ServiceProcess.StartAsync(Repository.Dll("gateway", "Gateway"), [], environment, Path.GetTempPath());
        await _gateway.WaitUntilReadyAsync(adminPort, TimeSpan.FromSeconds(90));
    }
}
