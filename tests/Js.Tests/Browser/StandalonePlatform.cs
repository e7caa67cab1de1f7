using System.Globalization;
using System.Text.Json;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Js.Tests.Browser;

/// <summary>deploy/Standalone as a newcomer starts it, but for its ports, with a page's origin admitted.</summary>
internal sealed class StandalonePlatform : IAsyncDisposable
{
    private const int DispatcherPort = 8100;
    private const int CenterPort = 8300;

    // Gateway to center, with what each has beside it.
    private static readonly int[] DefaultPorts = [DispatcherPort, 8101, 8124, 8125, 8126, 8127, 8200, 8201, CenterPort, 8301, 8302];

    private readonly TempFolder _data;
    private readonly int _offset;
    private readonly ServiceProcess _process;

    private StandalonePlatform(TempFolder data, int offset, ServiceProcess process) => (_data, _offset, _process) = (data, offset, process);

    public string Dispatcher => $"http://127.0.0.1:{DispatcherPort + _offset}";

    public static async Task<StandalonePlatform> StartAsync(string origin)
    {
        var (data, offset) = (new TempFolder(), FreeOffset());
        var process = await ServiceProcess.StartAsync(
            Repository.Dll("deploy/Standalone", "Standalone"),
            ["--data", data.Path, "--port-offset", offset.ToString(CultureInfo.InvariantCulture)],
            new Dictionary<string, string?> { ["WebSocket__AllowedOrigins__0"] = origin });
        var platform = new StandalonePlatform(data, offset, process);
        await platform._process.WaitForOutputAsync("Ctrl-C stops", TimeSpan.FromSeconds(120));
        return platform;
    }

    public TestUser DemoUser(string name)
    {
        var users = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(_data.Path, "demo-users.json")))!;
        return new TestUser(name, users[name]);
    }

    public async Task PushAsync(TestUser user, string text)
    {
        var key = (await File.ReadAllTextAsync(Path.Combine(_data.Path, "api-key.txt"))).Trim();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{CenterPort + _offset}");
        var center = new CenterClient(channel.Intercept(metadata =>
        {
            metadata.Add("authorization", $"Bearer {key}");
            return metadata;
        }));
        var request = ClusterQueries.Text(Cluster.DefaultApp, text, user);
        request.Qos = Qos.AtLeastOnce;
        await center.PushAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _data.Dispose();
    }

    private static int FreeOffset()
    {
        while (true)
        {
            var offset = Random.Shared.Next(3_000, 11_000);
            if (Array.TrueForAll(DefaultPorts, port => FreePorts.TryTake(port + offset)))
            {
                return offset;
            }
        }
    }
}
