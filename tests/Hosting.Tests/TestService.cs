using Microservices.Hosting.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Tests;

/// <summary>A service on the defaults, on free ports.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private TestService(WebApplication app) => App = app;

    public WebApplication App { get; }

    public HttpClient Http { get; } = new();

    public Uri Admin => Bound.Url("Admin");

    public BoundEndpoints Bound => App.Services.GetRequiredService<BoundEndpoints>();

    public static async Task<TestService> StartAsync(
        Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? map = null,
        IEnumerable<KeyValuePair<string, string?>>? configuration = null)
    {
        var service = new TestService(Create(build, map, configuration));
        await service.App.StartAsync();
        return service;
    }

    public static WebApplication Create(
        Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? map = null,
        IEnumerable<KeyValuePair<string, string?>>? configuration = null)
    {
        var builder = WebApplication.CreateBuilder([]);
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(configuration ?? []);
        builder.AddServiceDefaults("sample", 0);
        build?.Invoke(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        map?.Invoke(app);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
