using Microservices.Testing;

namespace Microservices.Integration.Tests.Clusters;

/// <summary>The environment of each process: section and key, as an operator would set them.</summary>
internal sealed class ClusterSettings(TempFolder folder, string redis, string rabbit, IReadOnlyList<int> registerPorts)
{
    private readonly string _secretFile = folder.Write("service.secret", $"{Guid.NewGuid():N}{Guid.NewGuid():N}\n");

    private readonly string _appsFile = folder.Write("apps.json", """
        [{ "name": "default", "chat": { "users": true, "broadcast": true } }]
        """);

    public string KeyFile { get; } = Path.Combine(folder.Path, "api-keys.json");

    public Dictionary<string, string?> Register(int port, int adminPort) => Common(adminPort, new()
    {
        ["Grpc__Port"] = $"{port}",
        ["Store__Kind"] = "redis",
        ["Store__Redis__Configuration"] = redis,
        ["Apps__File"] = _appsFile,
    });

    public Dictionary<string, string?> Gateway(string room, int port, int adminPort) => WithRegister(Common(adminPort, new()
    {
        ["Tcp__Port"] = $"{port}",
        ["Room__Name"] = room,
    }));

    public Dictionary<string, string?> Center(int port, int adminPort) => WithRegister(Common(adminPort, new()
    {
        ["Grpc__Port"] = $"{port}",
        ["ApiKeys__File"] = KeyFile,
    }));

    public Dictionary<string, string?> Dispatcher(int port, int adminPort) => WithRegister(Common(adminPort, new()
    {
        ["Http__Port"] = $"{port}",
    }));

    private Dictionary<string, string?> WithRegister(Dictionary<string, string?> settings)
    {
        for (var i = 0; i < registerPorts.Count; i++)
        {
            settings[$"Register__Addresses__{i}"] = $"http://127.0.0.1:{registerPorts[i]}";
        }

        return settings;
    }

    private Dictionary<string, string?> Common(int adminPort, Dictionary<string, string?> settings)
    {
        settings["Admin__Port"] = $"{adminPort}";
        settings["ServiceAuth__SecretFile"] = _secretFile;
        settings["Bus__Kind"] = "rabbitmq";
        settings["Bus__Uri"] = rabbit;
        settings["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        return settings;
    }
}
