using System.Security.Cryptography;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.ChatProtocol;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Clusters;

/// <summary>The platform as it is run: every service a process of its own, on real Redis and RabbitMQ.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const string DefaultApp = "default";

    private readonly TempFolder _folder = new();
    private readonly ClusterSettings _settings;
    private readonly List<GrpcChannel> _channels = [];
    private readonly string _key;

    /// <summary>Takes ports and writes files; starts nothing.</summary>
    public Cluster(ClusterShape shape)
    {
        int[] registerPorts = [.. Enumerable.Range(0, shape.Registers).Select(_ => FreePorts.Take())];
        _settings = new ClusterSettings(_folder, Redis.Endpoint, Rabbit.Uri("/"), registerPorts);
        _key = ApiKeys.Create(_settings.KeyFile);
        Registers = [.. registerPorts.Select((port, i) => Instance($"register-{i}", "register", "Register", port, _settings.Register))];
        Gateways = [.. Enumerable.Range(0, shape.Gateways).Select(i => Instance($"gateway-{i}", "gateway", "Gateway", FreePorts.Take(),
            (port, adminPort) => _settings.Gateway($"gateway-{i}", port, adminPort)))];
        Centers = [.. Enumerable.Range(0, shape.Centers).Select(i => Instance($"center-{i}", "center", "Center", FreePorts.Take(), _settings.Center))];
        Dispatchers = [.. Enumerable.Range(0, shape.Dispatchers).Select(i => Instance($"dispatcher-{i}", "dispatcher", "Dispatcher", FreePorts.Take(), _settings.Dispatcher))];
    }

    public RedisServer Redis { get; } = new();

    public RabbitServer Rabbit { get; } = new();

    public IReadOnlyList<ServiceInstance> Registers { get; }

    public IReadOnlyList<ServiceInstance> Gateways { get; }

    public IReadOnlyList<ServiceInstance> Centers { get; }

    public IReadOnlyList<ServiceInstance> Dispatchers { get; }

    public IEnumerable<ServiceInstance> Services => [.. Registers, .. Gateways, .. Centers, .. Dispatchers];

    public static async Task<Cluster> StartNewAsync(ClusterShape shape)
    {
        var cluster = new Cluster(shape);
        try
        {
            await Task.WhenAll(cluster.Redis.StartAsync(), cluster.Rabbit.StartAsync());
            await cluster.StartServicesAsync();
            await cluster.WaitUntilReadyAsync();
            return cluster;
        }
        catch (Exception fault)
        {
            var state = cluster.State();
            await cluster.DisposeAsync();
            throw new InvalidOperationException($"The cluster did not start: {fault.Message}\n{state}", fault);
        }
    }

    public Task StartServicesAsync() => Task.WhenAll(Services.Select(static service => service.StartAsync()));

    public Task WaitUntilReadyAsync() => Task.WhenAll(Services.Select(static service => service.WaitUntilReadyAsync()));

    /// <summary>Waits until those that were not killed have all their links.</summary>
    public Task WaitUntilSurvivorsAreReadyAsync() =>
        Task.WhenAll(Services.Where(static service => service.IsRunning).Select(static service => service.WaitUntilReadyAsync()));

    /// <summary>Users of names that no other test has, with tokens put where a login system puts them.</summary>
    public async Task<TestUser[]> NewUsersAsync(int count, string app = DefaultApp)
    {
        var users = new TestUser[count];
        for (var i = 0; i < count; i++)
        {
            users[i] = new TestUser($"u{i}-{Guid.NewGuid():N}", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            await StoreTokenAsync(users[i], app);
        }

        return users;
    }

    public Task StoreTokenAsync(TestUser user, string app = DefaultApp) =>
        Redis.CliAsync("hset", app == DefaultApp ? $"user:{user.Name}" : $"user:{app}:{user.Name}", "token", user.Token);

    /// <summary>What a scenario of the Python client is told.</summary>
    public ScenarioWorld World(TestUser[] users, string? app = null) =>
        new([.. Gateways.Select(static gateway => new object[] { "127.0.0.1", gateway.Port })], users, app);

    /// <summary>A client of one of the centers with a key of all scopes.</summary>
    public CenterClient Center(int index = 0)
    {
        var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{Centers[index].Port}");
        lock (_channels)
        {
            _channels.Add(channel);
        }

        return new CenterClient(channel.Intercept(metadata =>
        {
            metadata.Add("authorization", $"Bearer {_key}");
            return metadata;
        }));
    }

    /// <summary>The end of what every process wrote, for the message of a failed wait.</summary>
    public string State()
    {
        const int Tail = 4_000;
        return string.Join('\n', Services.Select(static service =>
            $"==== {service.Name}{(service.IsRunning ? "" : " (not running)")}\n{service.Output[Math.Max(0, service.Output.Length - Tail)..]}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        foreach (var service in Services)
        {
            await service.DisposeAsync();
        }

        await Rabbit.DisposeAsync();
        await Redis.DisposeAsync();
        _folder.Dispose();
    }

    private static ServiceInstance Instance(
        string name, string folder, string project, int port, Func<int, int, Dictionary<string, string?>> settings)
    {
        var adminPort = FreePorts.Take();
        return new ServiceInstance(name, Repository.Dll(folder, project), port, adminPort, settings(port, adminPort));
    }
}
