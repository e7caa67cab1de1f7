using System.Net;
using System.Text.Json;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microservices.Testing;

namespace Microservices.Dispatcher.Tests.Running;

/// <summary>The whole service on free ports.</summary>
internal sealed class RunningDispatcher : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningDispatcher(WebApplication app) => _app = app;

    public HttpClient Http { get; } = new();

    public Uri Public => Bound.Url(Listeners.Http);

    public Uri Admin => Bound.Url("Admin");

    private BoundEndpoints Bound => _app.Services.GetRequiredService<BoundEndpoints>();

    public static async Task<RunningDispatcher> StartAsync(Uri register, params (string Key, string Value)[] settings)
    {
        var app = DispatcherApp.Create([], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection(
            [
                new("Http:Port", "0"),
                new("Admin:Port", "0"),
                new("Register:Addresses:0", register.ToString()),
                new("Register:MaxReconnectPause", "00:00:00.1"),
                new("Rooms:MaxRetryDelay", "00:00:00.2"),
                new("ServiceAuth:Secret", FakeRegister.Secret),
                .. settings.Select(static setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)),
            ]);
        });
        await app.StartAsync();
        return new RunningDispatcher(app);
    }

    public Task<HttpResponseMessage> GetAsync(string pathAndQuery) => Http.GetAsync(new Uri(Public, pathAndQuery));

    /// <summary>The hosts of an answer, each once, in their order; empty when there is no room.</summary>
    public async Task<string[]> HostsAsync(string query = "")
    {
        using var answer = await GetAsync($"/v1/endpoints{query}");
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            return [];
        }

        answer.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return [.. body.RootElement.GetProperty("endpoints").EnumerateArray().Select(static one => one.GetProperty("host").GetString()!).Distinct()];
    }

    public async Task<bool> IsReadyAsync()
    {
        using var answer = await Http.GetAsync(new Uri(Admin, "/readyz"));
        return answer.IsSuccessStatusCode;
    }

    public Task<string> MetricsAsync() => Http.GetStringAsync(new Uri(Admin, "/metrics"));

    public Task ReadyAsync() => Eventually.HoldsAsync(async () => await IsReadyAsync(), "the dispatcher is ready");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
