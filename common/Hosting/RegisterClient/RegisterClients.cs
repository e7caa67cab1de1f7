using Microservices.Contracts.Register;
using Microservices.Hosting.RegisterClient;
using Microservices.Hosting.ServiceAuth;
using Microsoft.Extensions.DependencyInjection;

namespace Microservices.Hosting;

/// <summary>The clients of register.</summary>
public static class RegisterClients
{
    /// <summary>
    /// Adds the typed clients of register (Rooms, Sessions, Channels, Apps, Tokens, Jobs) on one shared channel; addresses and deadlines stand in the section
    /// <c>Register</c>, the secret in <c>ServiceAuth</c>. Calls fail at once with UNAVAILABLE while no register can be reached.
    /// </summary>
    public static IServiceCollection AddRegisterClient(this IServiceCollection services)
    {
        services.AddServiceAuth();
        services.AddValidatedOptions<RegisterClientOptions, RegisterClientOptionsValidator>(RegisterClientOptions.Section);
        services.AddSingleton<RegisterChannel>();
        services.AddSingleton(static provider => new Rooms.RoomsClient(Invoker(provider)));
        services.AddSingleton(static provider => new Sessions.SessionsClient(Invoker(provider)));
        services.AddSingleton(static provider => new Channels.ChannelsClient(Invoker(provider)));
        services.AddSingleton(static provider => new Apps.AppsClient(Invoker(provider)));
        services.AddSingleton(static provider => new Tokens.TokensClient(Invoker(provider)));
        services.AddSingleton(static provider => new Jobs.JobsClient(Invoker(provider)));
        return services;
    }

    private static Grpc.Core.CallInvoker Invoker(IServiceProvider provider) => provider.GetRequiredService<RegisterChannel>().Invoker;
}
