using Microservices.Testing;

namespace Microservices.Clusters;

/// <summary>The environment of each process: section and key, as an operator would set them.</summary>
internal sealed class ClusterSettings
{
    private readonly string _secretFile;
    private readonly string _appsFile;
    private readonly string _redis;
    private readonly string _rabbit;
    private readonly IReadOnlyList<int> _registerPorts;
    private readonly IReadOnlyDictionary<string, string> _options;

    public ClusterSettings(TempFolder folder, string redis, string rabbit, IReadOnlyList<int> registerPorts, IReadOnlyDictionary<string, string> options)
    {
        (_redis, _rabbit, _registerPorts, _options) = (redis, rabbit, registerPorts, options);
        _secretFile = folder.Write("service.secret", Secret);
        _appsFile = folder.Write("apps.json", """
            [{ "name": "default", "chat": { "users": true, "broadcast": true } }]
            """);
        KeyFile = Path.Combine(folder.Path, "api-keys.json");
    }

    /// <summary>What the services authenticate one another with.</summary>
    public string Secret { get; } = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";

    public string KeyFile { get; }

    public Dictionary<string, string?> Register(int port, int adminPort) => Common(adminPort, new()
    {
        ["Grpc__Port"] = $"{port}",
        ["Store__Kind"] = "redis",
        ["Store__Redis__Configuration"] = _redis,
        ["Apps__File"] = _appsFile,
    });

    public Dictionary<string, string?> Gateway(string room, int port, int adminPort) => WithRegister(Common(adminPort, new()
    {
        ["Tcp__Port"] = $"{port}",
        ["WebSocket__Port"] = "0",
        ["Room__Name"] = room,
    }));

    public Dictionary<string, string?> Center(int port, int adminPort) => WithRegister(Common(adminPort, new()
    {
        ["Grpc__Port"] = $"{port}",
        ["Http__Port"] = "0",
        ["ApiKeys__File"] = KeyFile,
    }));

    public Dictionary<string, string?> Dispatcher(int port, int adminPort) => WithRegister(Common(adminPort, new()
    {
        ["Http__Port"] = $"{port}",
    }));

    private Dictionary<string, string?> WithRegister(Dictionary<string, string?> settings)
    {
        for (var i = 0; i < _registerPorts.Count; i++)
        {
            settings[$"Register__Addresses__{i}"] = $"http://127.0.0.1:{_registerPorts[i]}";
        }

        return settings;
    }

    private Dictionary<string, string?> Common(int adminPort, Dictionary<string, string?> settings)
    {
        settings["Admin__Port"] = $"{adminPort}";
        settings["ServiceAuth__SecretFile"] = _secretFile;
        settings["Bus__Kind"] = "rabbitmq";
        settings["Bus__Uri"] = _rabbit;
        settings["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        foreach (var (name, value) in _options)
        {
            settings[name] = value;
        }

        return settings;
    }
}
