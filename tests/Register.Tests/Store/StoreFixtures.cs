using Microservices.Register.Store;
using Microservices.Register.Tests.Store;
using Microservices.Testing;

[assembly: AssemblyFixture(typeof(MemoryFixture))]
[assembly: AssemblyFixture(typeof(SqliteFixture))]
[assembly: AssemblyFixture(typeof(RedisFixture))]
[assembly: AssemblyFixture(typeof(RedisClusterFixture))]

namespace Microservices.Register.Tests.Store;

/// <summary>A store for all tests of a run; they keep apart by names of their own.</summary>
public abstract class StoreFixture : IAsyncDisposable
{
    private readonly Lazy<Task<Stores>> _stores;

    protected StoreFixture() => _stores = new Lazy<Task<Stores>>(OpenAsync);

    internal Task<Stores> StoresAsync() => _stores.Value;

    public virtual async ValueTask DisposeAsync()
    {
        if (_stores.IsValueCreated)
        {
            await (await _stores.Value).DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected abstract Task<Stores> OpenAsync();

    private protected static async Task<Stores> ConnectAsync(string endpoints)
    {
        var stores = await Stores.RedisAsync(endpoints);
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await stores.Rooms.ReadAsync(Judgement.None, CancellationToken.None);
                    return true;
                }
                catch (StoreUnavailableException)
                {
                    return false;
                }
            },
            "redis answers");
        return stores;
    }
}

public class MemoryFixture : StoreFixture
{
    private protected override Task<Stores> OpenAsync() => Task.FromResult(Stores.Memory());
}

public class SqliteFixture : StoreFixture
{
    private readonly TempFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected override Task<Stores> OpenAsync() => Stores.SqliteAsync(Path.Combine(_folder.Path, "channels.db"));
}

public class RedisFixture : StoreFixture
{
    private RedisServer? _server;

    /// <summary>Runs redis-cli against it.</summary>
    public async Task<string> CliAsync(params string[] command)
    {
        await StoresAsync();
        return await _server!.CliAsync(command);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private protected override async Task<Stores> OpenAsync()
    {
        _server = await RedisServer.StartNewAsync();
        return await ConnectAsync(_server.Endpoint);
    }
}

public class RedisClusterFixture : StoreFixture
{
    private RedisCluster? _cluster;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    private protected override async Task<Stores> OpenAsync()
    {
        _cluster = await RedisCluster.StartAsync();
        return await ConnectAsync(_cluster.Endpoints);
    }
}
