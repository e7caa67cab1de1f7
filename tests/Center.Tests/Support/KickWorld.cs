using Grpc.Core;
using Microservices.Center.ApiKeys;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Microservices.Testing;
using CenterClient = Microservices.Contracts.Center.Center.CenterClient;

namespace Microservices.Center.Tests.Support;

/// <summary>Centers on a <see cref="FakeRegister"/>, and keys: for everything, and to kick in the app shop only.</summary>
internal sealed class KickWorld : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ScriptedBus _bus = new();
    private readonly List<RunningCenter> _centers = [];

    public FakeRegister Register { get; private set; } = null!;

    public string KeyFile { get; private set; } = "";

    public string Key { get; private set; } = "";

    public string ShopKey { get; private set; } = "";

    public RunningCenter Center => _centers[0];

    public CenterClient Client => Center.Client(Key);

    public static async Task<KickWorld> StartAsync(params (string Key, string Value)[] settings)
    {
        var world = new KickWorld();
        world.KeyFile = Path.Combine(world._folder.Path, "api-keys.json");
        world.Key = ApiKeyFile.Create(world.KeyFile, "all", [ApiScope.All], [ApiScope.All]);
        world.ShopKey = ApiKeyFile.Add(world.KeyFile, "shop", ["shop"], [ApiScope.Kick]);
        world.Register = await FakeRegister.StartAsync();
        await world.StartCenterAsync(settings);
        return world;
    }

    public async Task<RunningCenter> StartCenterAsync(params (string Key, string Value)[] settings)
    {
        var center = await RunningCenter.StartAsync(
            _bus, Register.Address, KeyFile, [("Jobs:PollEvery", "00:00:00.050"), ("Jobs:WatchEvery", "00:00:00.050"), .. settings]);
        _centers.Add(center);
        await Eventually.HoldsAsync(async () => await center.IsReadyAsync(), "the center is ready");
        return center;
    }

    public void AddRoom(string name, ulong incarnation) =>
        Register.Rooms.Rooms.Add(new Room { Description = new RoomDescription { Name = name }, Incarnation = incarnation });

    /// <summary>Starts the job and follows it to its end.</summary>
    public async Task<KickJob> RunAsync(StartKickRequest request)
    {
        var job = await Client.StartKickAsync(request);
        return await EndOfAsync(Client, job.Id);
    }

    public static async Task<KickJob> EndOfAsync(CenterClient client, string id)
    {
        using var timeout = new CancellationTokenSource(Eventually.DefaultDeadline);
        using var watch = client.WatchKick(new GetKickRequest { Id = id }, cancellationToken: timeout.Token);
        KickJob? last = null;
        await foreach (var job in watch.ResponseStream.ReadAllAsync(timeout.Token))
        {
            last = job;
        }

        return last!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var center in _centers)
        {
            await center.DisposeAsync();
        }

        await Register.DisposeAsync();
        _folder.Dispose();
    }
}
