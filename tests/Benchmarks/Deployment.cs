using Microservices.Center.ApiKeys;
using Microservices.Testing;

namespace Microservices.Benchmarks;

/// <summary>One register on its memory store, one gateway, one center, as processes on a RabbitMQ of their own.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RabbitServer _rabbit = new();
    private readonly List<ServiceProcess> _processes = [];
    private readonly string _secretFile;

    private Deployment()
    {
        Secret = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";
        _secretFile = _folder.Write("service.secret", Secret);
        var keyFile = Path.Combine(_folder.Path, "api-keys.json");
        ApiKey = ApiKeyFile.Create(keyFile, "benchmarks", [ApiScope.All], [ApiScope.All]);
        KeyFile = keyFile;
    }

    public string Secret { get; }

    public string ApiKey { get; }

    public int RegisterPort { get; } = FreePorts.Take();

    public int CenterPort { get; } = FreePorts.Take();

    public int GatewayPort { get; } = FreePorts.Take();

    public int GatewayProcessId => Gateway.Id;

    /// <summary>What the gateway wrote to its log.</summary>
    public string GatewayLog => Gateway.Output;

    private ServiceProcess Gateway => _processes[^1];

    private string KeyFile { get; }

    public static async Task<Deployment> StartAsync()
    {
        var deployment = new Deployment();
        try
        {
            await deployment._rabbit.StartAsync();
            await deployment.StartServiceAsync("register", "Register", new() { ["Grpc__Port"] = $"{deployment.RegisterPort}", ["Store__Kind"] = "memory" });
            await deployment.StartServiceAsync("center", "Center", new() { ["Grpc__Port"] = $"{deployment.CenterPort}", ["ApiKeys__File"] = deployment.KeyFile });
            await deployment.StartServiceAsync("gateway", "Gateway", new()
            {
                ["Tcp__Port"] = $"{deployment.GatewayPort}",
                ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
            });
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await _rabbit.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartServiceAsync(string folder, string project, Dictionary<string, string?> settings)
    {
        var adminPort = FreePorts.Take();
        settings["Admin__Port"] = $"{adminPort}";
        settings["ServiceAuth__SecretFile"] = _secretFile;
        settings["Register__Addresses__0"] = $"http://127.0.0.1:{RegisterPort}";
        settings["Bus__Kind"] = "rabbitmq";
        settings["Bus__Uri"] = _rabbit.Uri("/");
        var process = await ServiceProcess.StartAsync(Repository.Dll(folder, project), [], settings);
        _processes.Add(process);
        await process.WaitUntilReadyAsync(adminPort);
    }
}
