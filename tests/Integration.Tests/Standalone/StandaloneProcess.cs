using System.Text.Json;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microservices.Integration.Tests.ChatProtocol;
using Microservices.Clusters;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Standalone;

/// <summary>deploy/Standalone as a newcomer starts it, but for its ports.</summary>
internal sealed class StandaloneProcess(ServiceProcess process, string data, int offset) : IAsyncDisposable
{
    public const int GatewayPort = 8124;
    public const int GatewayTlsPort = 8125;
    public const int CenterPort = 8300;
    public const int CenterHttpPort = 8301;
    public const int RegisterPort = 8200;

    private static readonly int[] DefaultPorts = [8100, 8101, GatewayPort, GatewayTlsPort, 8126, 8127, RegisterPort, 8201, CenterPort, CenterHttpPort, 8302];

    public ServiceProcess Process => process;

    public string KeyFile => Path.Combine(data, "api-key.txt");

    public string DemoUsersFile => Path.Combine(data, "demo-users.json");

    public static async Task<StandaloneProcess> StartAsync(string data, int offset, params string[] more) => new(
        await ServiceProcess.StartAsync(
            Repository.Dll("deploy/Standalone", "Standalone"),
            ["--data", data, "--port-offset", $"{offset}", .. more]),
        data,
        offset);

    /// <summary>How far the default ports must be moved so that all of them are free. They lie below the ports that other tests take one after the other.</summary>
    public static int FreeOffset()
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

    public Task WaitForWelcomeAsync() => process.WaitForOutputAsync("Ctrl-C stops", TimeSpan.FromSeconds(60));

    public async Task<TestUser[]> DemoUsersAsync()
    {
        var users = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(DemoUsersFile))!;
        return [.. users.Select(static user => new TestUser(user.Key, user.Value))];
    }

    public ScenarioWorld World(TestUser[] users) => new([["127.0.0.1", GatewayPort + offset]], users);

    public int PortOf(int defaultPort) => defaultPort + offset;

    /// <summary>Runs <paramref name="use"/> with a client of its center that has the key of the key file.</summary>
    public async Task WithCenterAsync(Func<CenterClient, Task> use)
    {
        var key = (await File.ReadAllTextAsync(KeyFile)).Trim();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{PortOf(CenterPort)}");
        await use(new CenterClient(channel.Intercept(metadata =>
        {
            metadata.Add("authorization", $"Bearer {key}");
            return metadata;
        })));
    }

    public async Task StopAsync()
    {
        process.Send(Signal.Terminate);
        var code = await process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(code == 0, $"exit code {code}\n{process.Output}");
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
