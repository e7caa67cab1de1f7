using Microservices.Hosting;
using Microservices.Register.Store.Memory;

namespace Microservices.Register.Store;

/// <summary>Puts the chosen store behind the seam.</summary>
internal static class StoreComposition
{
    public static void AddStore(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<StoreOptions, StoreOptionsValidator>(StoreOptions.Section);
        AddMemory(services);
        services.AddDependency("memory");
    }

    private static void AddMemory(IServiceCollection services)
    {
        services.AddSingleton(new StoreIdentity("memory", "this process"));
        services.AddSingleton<IRoomStore, MemoryRoomStore>();
        services.AddSingleton<ISessionStore, MemorySessionStore>();
        services.AddSingleton<ITokenStore, MemoryTokenStore>();
        services.AddSingleton<IAppStore, MemoryAppStore>();
    }
}
