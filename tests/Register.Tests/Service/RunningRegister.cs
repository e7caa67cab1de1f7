using Microservices.Bus;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using AppsClient = Microservices.Contracts.Register.Apps.AppsClient;
using ChannelsClient = Microservices.Contracts.Register.Channels.ChannelsClient;
using JobsClient = Microservices.Contracts.Register.Jobs.JobsClient;
using RoomsClient = Microservices.Contracts.Register.Rooms.RoomsClient;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;
using TokensClient = Microservices.Contracts.Register.Tokens.TokensClient;

namespace Microservices.Register.Tests.Service;

/// <summary>A register on free ports, and the clients that other services use.</summary>
internal sealed class RunningRegister : IAsyncDisposable
{
    public const string Secret = "the-secret-of-the-tests";
    private ServiceProvider? _clients;

    private RunningRegister(WebApplication app) => App = app;

    public WebApplication App { get; }

    public required RecordingBus Bus { get; init; }

    public Uri Grpc => App.Services.GetRequiredService<BoundEndpoints>().Url("Grpc");

    public Uri Admin => App.Services.GetRequiredService<BoundEndpoints>().Url("Admin");

    public RoomsClient Rooms => Client<RoomsClient>();

    public SessionsClient Sessions => Client<SessionsClient>();

    public ChannelsClient Channels => Client<ChannelsClient>();

    public AppsClient Apps => Client<AppsClient>();

    public TokensClient Tokens => Client<TokensClient>();

    public JobsClient Jobs => Client<JobsClient>();

    /// <summary>A register on the Redis at <paramref name="endpoints"/>.</summary>
    public static Task<RunningRegister> OnRedisAsync(string endpoints, params (string Key, string Value)[] settings) =>
        StartAsync([("Store:Kind", "redis"), ("Store:Redis:Configuration", endpoints), .. settings]);

    /// <param name="settings">Override the defaults of the tests: memory store, leases of 2 s, refreshed every 50 ms.</param>
    public static async Task<RunningRegister> StartAsync(params (string Key, string Value)[] settings)
    {
        var bus = new RecordingBus();
        var app = RegisterApp.Create([], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<IBus>(bus);
            var configuration = new Dictionary<string, string?>
            {
                ["Grpc:Port"] = "0",
                ["Admin:Port"] = "0",
                ["ServiceAuth:Secret"] = Secret,
                ["Store:Kind"] = "memory",
                ["Rooms:LeaseTime"] = "00:00:02",
                ["Rooms:RefreshEvery"] = "00:00:00.050",
                ["Apps:RefreshEvery"] = "00:00:00.050",
            };
            foreach (var (key, value) in settings)
            {
                configuration[key] = value;
            }

            builder.Configuration.AddInMemoryCollection(configuration);
        });
        var register = new RunningRegister(app) { Bus = bus };
        await app.StartAsync();
        register.Connect(Secret);
        return register;
    }

    /// <summary>Clients with another secret.</summary>
    public ServiceProvider ClientsWith(string secret)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Register:Addresses:0", Grpc.ToString()),
            new("Register:Timeout", "00:00:30"),
            new("ServiceAuth:Secret", secret),
        ]).Build());
        services.AddRegisterClient();
        return services.BuildServiceProvider();
    }

    /// <summary>What <c>/readyz</c> answers.</summary>
    public async Task<(bool Ready, string Text)> ReadyAsync()
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(Admin, "/readyz"));
        return (answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (_clients is not null)
        {
            await _clients.DisposeAsync();
        }
    }

    private void Connect(string secret) => _clients = ClientsWith(secret);

    private TClient Client<TClient>()
        where TClient : notnull => _clients!.GetRequiredService<TClient>();
}
