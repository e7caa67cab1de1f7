namespace Microservices.Center.Tests.Support;

/// <summary>A <see cref="World"/> that is called by HTTP.</summary>
internal sealed class HttpWorld : IAsyncDisposable
{
    private HttpWorld(World world)
    {
        World = world;
        Http = new HttpCaller(world.Center.HttpAddress, world.Key);
    }

    public World World { get; }

    /// <summary>With the key for everything.</summary>
    public HttpCaller Http { get; }

    public Uri Address => World.Center.HttpAddress;

    public static async Task<HttpWorld> StartAsync(Action<World>? prepare = null, params (string Key, string Value)[] settings) =>
        new(await World.StartAsync(prepare, settings));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await World.DisposeAsync();
    }
}
