using Microservices.Hosting.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Microservices.Hosting.Tests.RegisterClient;

/// <summary>Starts registers of the tests and services that call them.</summary>
internal static class FakeRegister
{
    public const string Secret = "a-secret-of-the-tests-only";

    public static readonly KeyValuePair<string, string?> SecretSetting = new("ServiceAuth:Secret", Secret);

    public static Task<TestService> StartAsync(FakeRegisterState state, int port = 0, Action<WebApplicationBuilder>? more = null) => TestService.StartAsync(
        builder =>
        {
            builder.AddGrpcListener(port);
            builder.AddGrpcDefaults().RequireServiceAuth();
            builder.Services.AddSingleton(state);
            more?.Invoke(builder);
        },
        static app =>
        {
            app.MapGrpcService<FakeRooms>();
            app.MapGrpcHealth();
        },
        [SecretSetting]);

    public static Task<TestService> StartCallerAsync(IEnumerable<string> addresses, string secret = Secret, string timeout = "00:00:05", string pingInterval = "00:00:10") => TestService.StartAsync(
        static builder => builder.Services.AddRegisterClient(),
        configuration:
        [
            new("ServiceAuth:Secret", secret),
            new("Register:Timeout", timeout),
            new("Register:PingInterval", pingInterval),
            new("Register:PingTimeout", "00:00:01"),
            new("Register:MaxReconnectPause", "00:00:00.200"),
            .. addresses.Select(static (address, index) => new KeyValuePair<string, string?>($"Register:Addresses:{index}", address)),
        ]);

    public static string GrpcUrl(this BoundEndpoints bound) => bound.Url(Listeners.Grpc).ToString();
}
