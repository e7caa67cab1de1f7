using Microservices.Bus;
using Microservices.Bus.InProcess;
using Microservices.Center.ApiKeys;
using Microservices.Contracts.Register;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using AppsClient = Microservices.Contracts.Register.Apps.AppsClient;
using CenterClient = Microservices.Contracts.Center.Center.CenterClient;

namespace Microservices.Center.Tests.Support;

/// <summary>A real register, a bus in this process, a center and rooms. Apps: <c>default</c> (chat to users and to all) and <c>shop</c> (a session a device).</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private ServiceProvider? _clients;

    private World(IBus bus)
    {
        Bus = new FaultyBus(bus);
        KeyFile = Path.Combine(_folder.Path, "api-keys.json");
        Key = ApiKeyFile.Create(KeyFile, "all", [ApiScope.All], [ApiScope.All]);
    }

    public FaultyBus Bus { get; }

    public string KeyFile { get; }

    /// <summary>A key for everything.</summary>
    public string Key { get; }

    public RunningRegister Register { get; private set; } = null!;

    public RunningCenter Center { get; private set; } = null!;

    /// <summary>With the key for everything.</summary>
    public CenterClient Client { get; private set; } = null!;

    public static async Task<World> StartAsync(Action<World>? prepare = null, params (string Key, string Value)[] settings)
    {
        var world = await StartWithoutCenterAsync(new InProcessBus(new BusOptions(), NullLogger<InProcessBus>.Instance), prepare);
        world.Center = await world.StartCenterAsync(settings);
        world.Client = world.Center.Client(world.Key);
        return world;
    }

    /// <summary>On a bus of the test, which the world takes over.</summary>
    public static async Task<World> StartWithoutCenterAsync(IBus bus, Action<World>? prepare = null)
    {
        var world = new World(bus);
        prepare?.Invoke(world);
        world.Register = await RunningRegister.StartAsync(world.Bus);
        world._clients = world.Register.NewClients();
        await world.PutAppAsync(new App { Name = "default", Chat = new ChatPolicy { Users = true, Broadcast = true }, Sender = "support" });
        await world.PutAppAsync(new App { Name = "shop", Devices = DevicePolicy.PerDevice });
        return world;
    }

    /// <summary>One more center, ready.</summary>
    public async Task<RunningCenter> StartCenterAsync(params (string Key, string Value)[] settings)
    {
        var center = await RunningCenter.StartAsync(Bus, Register.Address.ToString(), KeyFile, settings);
        _parts.Add(center);
        await Eventually.HoldsAsync(async () => await center.IsReadyAsync(), "the center is ready");
        return center;
    }

    public async Task<TestRoom> OpenRoomAsync(string name)
    {
        var room = await TestRoom.OpenAsync(Register, Bus, name);
        _parts.Add(room);
        return room;
    }

    public async Task PutAppAsync(App app) => await _clients!.GetRequiredService<AppsClient>().PutAsync(new PutAppRequest { App = app });

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        if (_clients is not null)
        {
            await _clients.DisposeAsync();
        }

        await Register.DisposeAsync();
        await Bus.DisposeAsync();
        _folder.Dispose();
    }
}
