using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Microservices.Dispatcher.Tests.Running;

/// <summary>What a client gets from the running service.</summary>
public sealed class AnswerTests : IAsyncLifetime
{
    private FakeRegister _register = null!;
    private RunningDispatcher _dispatcher = null!;

    public async ValueTask InitializeAsync()
    {
        _register = await FakeRegister.StartAsync(Given.List(
            Given.Room("a", 1, addresses: ["127.0.0.1:8124", "127.0.0.1:8126/ws"])));
        _dispatcher = await RunningDispatcher.StartAsync(_register.Address);
        await _dispatcher.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.DisposeAsync();
        await _register.DisposeAsync();
    }

    [Fact]
    public async Task Get_NothingSaid_AnswersInSnakeCaseForAnyBrowserToCache()
    {
        using var answer = await _dispatcher.GetAsync("/v1/endpoints");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("max-age=300, private", answer.Headers.CacheControl?.ToString());
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(answer.Headers.Contains("Server"));
        Assert.Equal(
            """{"endpoints":[{"host":"127.0.0.1","port":8124,"transport":"tcp"}],"ttl_seconds":300,"heartbeat_ms":60000}""",
            await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("?network=wifi", 60_000)]
    [InlineData("?network=ethernet", 60_000)]
    [InlineData("?network=mobile", 270_000)]
    [InlineData("?network=carrier-pigeon", 60_000)]
    public async Task Get_Network_AdvisesItsHeartbeat(string query, int expected)
    {
        using var body = JsonDocument.Parse(await _dispatcher.Http.GetStringAsync(new Uri(_dispatcher.Public, $"/v1/endpoints{query}")));

        Assert.Equal(expected, body.RootElement.GetProperty("heartbeat_ms").GetInt32());
    }

    [Fact]
    public async Task Get_Transport_NamesItsAddressesOnly()
    {
        using var body = JsonDocument.Parse(await _dispatcher.Http.GetStringAsync(new Uri(_dispatcher.Public, "/v1/endpoints?transport=ws")));

        Assert.Equal(8126, body.RootElement.GetProperty("endpoints").EnumerateArray().Single().GetProperty("port").GetInt32());
    }

    [Fact]
    public async Task Get_TransportThatNoRoomHas_IsUnavailableForNow()
    {
        using var answer = await _dispatcher.GetAsync("/v1/endpoints?transport=wss");

        await AssertProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.Equal("5", answer.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task Head_Asked_AnswersTheHeadersOfGet()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(_dispatcher.Public, "/v1/endpoints"));

        using var answer = await _dispatcher.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(105, answer.Content.Headers.ContentLength);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task OtherMethod_Asked_IsNotAllowed(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_dispatcher.Public, "/v1/endpoints"));

        using var answer = await _dispatcher.Http.SendAsync(request);

        await AssertProblemAsync(answer, HttpStatusCode.MethodNotAllowed, "invalid_argument");
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task Get_BadInput_NamesFieldValueAndLimit()
    {
        using var answer = await _dispatcher.GetAsync($"/v1/endpoints?user={new string('x', 200)}");

        using var body = await AssertProblemAsync(answer, HttpStatusCode.BadRequest, "invalid_argument");
        Assert.Equal("user has 200 bytes; it takes 1 to 128", body.RootElement.GetProperty("detail").GetString());
        Assert.Equal("user", body.RootElement.GetProperty("field").GetString());
        Assert.StartsWith("xxxx", body.RootElement.GetProperty("value").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/endpoint.txt")]
    [InlineData("/metrics")]
    public async Task Get_OtherPath_IsNotFound(string path)
    {
        using var answer = await _dispatcher.GetAsync(path);

        await AssertProblemAsync(answer, HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Get_RequestLineOverTheLimit_IsRefusedByTheServer()
    {
        using var answer = await _dispatcher.GetAsync($"/v1/endpoints?later={new string('x', 5_000)}");

        Assert.Equal(HttpStatusCode.RequestUriTooLong, answer.StatusCode);
    }

    [Fact]
    public async Task Get_HeadersOverTheLimit_AreRefusedByTheServer()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_dispatcher.Public, "/v1/endpoints"));
        request.Headers.Add("X-Long", new string('x', 9_000));

        using var answer = await _dispatcher.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Get_ABodyComesAlong_TheAnswerIsTheSame()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_dispatcher.Public, "/v1/endpoints"));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("not read"));

        using var answer = await _dispatcher.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Metrics_AfterRequests_CountThemByOutcome()
    {
        (await _dispatcher.GetAsync("/v1/endpoints")).Dispose();
        (await _dispatcher.GetAsync("/v1/endpoints?app=NO")).Dispose();

        var metrics = await _dispatcher.MetricsAsync();

        Assert.Matches("dispatcher_requests_total\\{[^}]*outcome=\"answered\"[^}]*\\} [1-9]", metrics);
        Assert.Matches("dispatcher_requests_total\\{[^}]*outcome=\"invalid\"[^}]*\\} 1", metrics);
        Assert.Matches("dispatcher_rooms\\{[^}]*state=\"live\"[^}]*\\} 1", metrics);
    }

    private static async Task<JsonDocument> AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(code, body.RootElement.GetProperty("code").GetString());
        Assert.Equal(((int)status).ToString(CultureInfo.InvariantCulture), body.RootElement.GetProperty("status").ToString());
        return body;
    }
}
