using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microservices.Testing;

namespace Microservices.Clusters;

/// <summary>The platform as it is run: every service a process of its own, on real Redis and RabbitMQ.</summary>
public sealed partial class Cluster : IAsyncDisposable
{
    public const string DefaultApp = "default";

    private readonly TempFolder _folder = new();
    private readonly ClusterSettings _settings;
    private readonly Dictionary<int, GrpcChannel> _channels = [];
    private readonly string _key;
    private readonly bool _ownsRabbit;

    /// <summary>Takes ports and writes files; starts nothing.</summary>
    /// <param name="shape">What it is made of.</param>
    /// <param name="sharedRabbit">A running broker of which it takes a virtual host and that it leaves alone at its end; null: one of its own.</param>
    public Cluster(ClusterShape shape, RabbitServer? sharedRabbit = null)
    {
        (Rabbit, _ownsRabbit) = (sharedRabbit ?? new RabbitServer(), sharedRabbit is null);
        BusUri = sharedRabbit?.TakeVirtualHost() ?? Rabbit.Uri("/");
        int[] registerPorts = [.. Enumerable.Range(0, shape.Registers).Select(_ => FreePorts.Take())];
        _settings = new ClusterSettings(_folder, Redis.Endpoint, BusUri, registerPorts, shape.Options);
        _key = ApiKeys.Create(_settings.KeyFile);
        Registers = [.. registerPorts.Select((port, i) => Instance($"register-{i}", "register", "Register", port, _settings.Register))];
        Gateways = [.. Enumerable.Range(0, shape.Gateways).Select(i => Instance($"gateway-{i}", "gateway", "Gateway", FreePorts.Take(),
            (port, adminPort) => With(_settings.Gateway($"gateway-{i}", port, adminPort), shape.GatewayOptions)))];
        Centers = [.. Enumerable.Range(0, shape.Centers).Select(i => Instance($"center-{i}", "center", "Center", FreePorts.Take(), _settings.Center))];
        Dispatchers = [.. Enumerable.Range(0, shape.Dispatchers).Select(i => Instance($"dispatcher-{i}", "dispatcher", "Dispatcher", FreePorts.Take(), _settings.Dispatcher))];
    }

    public RedisServer Redis { get; } = new();

    public RabbitServer Rabbit { get; }

    /// <summary>The address of the virtual host that the services use.</summary>
    public string BusUri { get; }

    /// <summary>A key of all apps and scopes.</summary>
    public string ApiKey => _key;

    public IReadOnlyList<ServiceInstance> Registers { get; }

    public IReadOnlyList<ServiceInstance> Gateways { get; }

    public IReadOnlyList<ServiceInstance> Centers { get; }

    public IReadOnlyList<ServiceInstance> Dispatchers { get; }

    public IEnumerable<ServiceInstance> Services => [.. Registers, .. Gateways, .. Centers, .. Dispatchers];

    public static async Task<Cluster> StartNewAsync(ClusterShape shape, RabbitServer? sharedRabbit = null)
    {
        var cluster = new Cluster(shape, sharedRabbit);
        try
        {
            await Task.WhenAll(cluster.Redis.StartAsync(), sharedRabbit is null ? cluster.Rabbit.StartAsync() : Task.CompletedTask);
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

    /// <summary>Starts what does not run, and waits until everything is ready.</summary>
    public async Task HealAsync()
    {
        await Task.WhenAll(Services.Where(static service => !service.IsRunning).Select(static service => service.StartAsync()));
        await WaitUntilReadyAsync();
    }

    /// <summary>Users of names that no other test has, with tokens put where a login system puts them.</summary>
    public async Task<TestUser[]> NewUsersAsync(int count, string app = DefaultApp)
    {
        TestUser[] users = [.. Enumerable.Range(0, count).Select(static i =>
            new TestUser($"u{i}-{Guid.NewGuid():N}", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))))];
        await StoreTokensAsync(users, app);
        return users;
    }

    public Task StoreTokenAsync(TestUser user, string app = DefaultApp) => StoreTokensAsync([user], app);

    public async Task StoreTokensAsync(IReadOnlyList<TestUser> users, string app = DefaultApp)
    {
        await using var redis = await RedisWire.ConnectAsync(Redis.Port);
        await redis.PipelineAsync([.. users.Select(user =>
            new[] { "HSET", app == DefaultApp ? $"user:{user.Name}" : $"user:{app}:{user.Name}", "token", user.Token })]);
    }

    /// <summary>A client of one of the centers with a key of all scopes.</summary>
    public CenterClient Center(int index = 0) => new(Invoker(Centers[index].Port, _key));

    /// <summary>Calls to one of the registers, as a service makes them.</summary>
    public CallInvoker Register(int index = 0) => Invoker(Registers[index].Port, _settings.Secret);

    /// <summary>What a further gateway needs to know, for one that a test runs itself: keys of its configuration with <c>:</c>.</summary>
    public IReadOnlyDictionary<string, string?> GatewayConfiguration(string room, int port, int adminPort) =>
        _settings.Gateway(room, port, adminPort).ToDictionary(static one => one.Key.Replace("__", ":", StringComparison.Ordinal), static one => one.Value);

    /// <summary>The end of what every process wrote, for the message of a failed wait.</summary>
    public string State()
    {
        const int Tail = 4_000;
        return string.Join('\n', Services.Select(static service =>
            $"==== {service.Name}{(service.IsRunning ? "" : " (not running)")}\n{service.Output[Math.Max(0, service.Output.Length - Tail)..]}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels.Values)
        {
            channel.Dispose();
        }

        foreach (var service in Services)
        {
            await service.DisposeAsync();
        }

        if (_ownsRabbit)
        {
            await Rabbit.DisposeAsync();
        }

        await Redis.DisposeAsync();
        _folder.Dispose();
    }

    private CallInvoker Invoker(int port, string credential)
    {
        lock (_channels)
        {
            if (!_channels.TryGetValue(port, out var channel))
            {
                _channels[port] = channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
            }

            return channel.Intercept(new DefaultDeadline()).Intercept(metadata =>
            {
                metadata.Add("authorization", $"Bearer {credential}");
                return metadata;
            });
        }
    }

    private static Dictionary<string, string?> With(Dictionary<string, string?> settings, IReadOnlyDictionary<string, string> more)
    {
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }

    private static ServiceInstance Instance(
        string name, string folder, string project, int port, Func<int, int, Dictionary<string, string?>> settings)
    {
        var adminPort = FreePorts.Take();
        return new ServiceInstance(name, Repository.Dll(folder, project), port, adminPort, settings(port, adminPort));
    }
}
