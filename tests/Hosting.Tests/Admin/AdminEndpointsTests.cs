using System.Net;
using System.Text.Json;
using Microservices.Hosting.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Microservices.Hosting.Tests.Admin;

public sealed class AdminEndpointsTests
{
    [Fact]
    public async Task Healthz_Started_NamesTheService()
    {
        await using var service = await TestService.StartAsync();

        using var answer = JsonDocument.Parse(await service.Http.GetStringAsync(new Uri(service.Admin, "/healthz")));

        Assert.Equal("sample", answer.RootElement.GetProperty("service").GetString());
    }

    [Fact]
    public async Task Readyz_NothingMissing_IsReady()
    {
        await using var service = await TestService.StartAsync();

        using var answer = await service.Http.GetAsync(new Uri(service.Admin, "/readyz"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Readyz_DependencyMissing_NamesItAndWhy()
    {
        await using var service = await TestService.StartAsync(static builder => builder.Services.AddDependency("redis").AddDependency("rabbitmq"));
        var readiness = service.App.Services.GetRequiredService<Readiness>();
        readiness["rabbitmq"].Up();
        readiness["redis"].Waiting("127.0.0.1:6379", "connection refused");

        using var answer = await service.Http.GetAsync(new Uri(service.Admin, "/readyz"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var failing = Assert.Single(body.RootElement.GetProperty("failing").EnumerateArray());
        Assert.Equal("redis", failing.GetProperty("check").GetString());
        Assert.Equal("waiting for redis at 127.0.0.1:6379: connection refused", failing.GetProperty("description").GetString());
    }

    [Fact]
    public async Task Readyz_DependencyBack_IsReadyAgain()
    {
        await using var service = await TestService.StartAsync(static builder => builder.Services.AddDependency("redis"));
        var gate = service.App.Services.GetRequiredService<Readiness>()["redis"];
        gate.Waiting("here", "no");
        gate.Up();

        using var answer = await service.Http.GetAsync(new Uri(service.Admin, "/readyz"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Readyz_CheckThrows_NamesItsMessage()
    {
        await using var service = await TestService.StartAsync(static builder => builder.Services.AddHealthChecks()
            .AddCheck("disk", static () => throw new IOException("the disk is full"), [HealthComposition.ReadyTag]));

        using var answer = await service.Http.GetAsync(new Uri(service.Admin, "/readyz"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("the disk is full", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    public async Task AdminPath_OnPublicPort_IsNotFoundWhateverTheHostHeaderSays(string path)
    {
        await using var service = await TestService.StartAsync(
            static builder => builder.AddHttpListener(0),
            static app => app.MapGet("/v1", static () => "public"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Bound.Url("Http"), path));
        request.Headers.Host = service.Admin.Authority;

        using var answer = await service.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task PublicPath_OnAdminPort_IsNotFound()
    {
        await using var service = await TestService.StartAsync(
            static builder => builder.AddHttpListener(0),
            static app => app.MapGet("/v1", static () => "public"));

        using var answer = await service.Http.GetAsync(new Uri(service.Admin, "/v1"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("public", await service.Http.GetStringAsync(new Uri(service.Bound.Url("Http"), "/v1")));
    }
}
