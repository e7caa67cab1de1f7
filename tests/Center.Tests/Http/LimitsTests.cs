using System.Collections.Concurrent;
using System.Net.Sockets;
using Microservices.Center.Http.Limits;
using Microservices.Center.Tests.Support;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Tests.Http;

/// <summary>What strangers and callers can send too much of.</summary>
public sealed class LimitsTests
{
    private const string Path = "/v1/apps/default/messages";

    [Fact]
    public async Task Body_AboveTheLimit_IsRefusedWithAndWithoutItsLength()
    {
        await using var world = await HttpWorld.StartAsync(settings: ("HttpLimits:MaxBodyBytes", "1024"));
        var json = $$"""{"users":["bob"],"payload":"{{new string('x', 2_000)}}"}""";

        var withLength = await world.Http.PostAsync(Path, json);
        var chunked = await world.Http.PostAsync(Path, json, ("Transfer-Encoding", "chunked"));

        withLength.IsProblem(413, "request_too_large", "The body has more than 1,024 bytes, the limit.");
        chunked.IsProblem(413, "request_too_large", "The body has more than 1,024 bytes, the limit.");
        (await world.Http.PostAsync(Path, """{"users":["bob"],"payload":"x"}""")).Good();
    }

    [Fact]
    public async Task Body_OfAStranger_IsNotRead()
    {
        await using var world = await HttpWorld.StartAsync();
        using var raw = await RawHttp.ConnectAsync(world.Address);

        // The answer comes although not a byte of the body does.
        await raw.SendAsync($"POST {Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 401 ", await raw.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The body is empty; it takes a JSON object.")]
    [InlineData("[]", "The body is not a JSON object.")]
    [InlineData("{\"users\":[\"bob\"]", "The body is not JSON, or nested more than 4 deep, at line 1, byte 17.")]
    [InlineData("{\n\"a\":[[[[[]]]]]}", "The body is not JSON, or nested more than 4 deep, at line 2, byte 8.")]
    [InlineData("{} {}", "The body is not JSON, or nested more than 4 deep, at line 1, byte 4.")]
    [InlineData("{\"\\ud800\":1}", "The body has a name that is not Unicode text.")]
    public async Task Body_NoJsonObject_IsRefused(string body, string sentence)
    {
        await using var world = await HttpWorld.StartAsync(settings: ("HttpLimits:MaxJsonDepth", "4"));

        (await world.Http.PostAsync(Path, body)).IsProblem(400, "malformed_json", sentence);
    }

    [Fact]
    public async Task Body_NoUtf8OrCompressed_IsRefused()
    {
        await using var world = await HttpWorld.StartAsync();
        using var latin = new ByteArrayContent([(byte)'{', (byte)'"', 0xE9, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        latin.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using var reply = await world.Http.RequestAsync("POST", Path, latin, HttpCompletionOption.ResponseContentRead);

        (await HttpAnswer.ReadAsync(reply)).IsProblem(400, "malformed_json", "The body is not UTF-8.");
        (await world.Http.PostAsync(Path, "{}", ("Content-Encoding", "gzip")))
            .IsProblem(415, "unsupported_media_type", "The body must not be compressed; there is a header content-encoding.");
    }

    [Fact]
    public async Task Body_TooSlow_IsRefused()
    {
        await using var world = await HttpWorld.StartAsync(settings: [("HttpLimits:MinBodyBytesPerSecond", "1000000"), ("HttpLimits:SlowBodyGrace", "00:00:01.500")]);
        using var raw = await RawHttp.ConnectAsync(world.Address);

        await raw.SendAsync($"POST {Path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.World.Key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{");
        var answer = await raw.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"request_timeout\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_TooSlow_AreRefused()
    {
        await using var world = await HttpWorld.StartAsync(settings: ("HttpLimits:HeadersTimeout", "00:00:01"));

        Assert.StartsWith("HTTP/1.1 408 ", await AnswerAsync(world, "GET /v1/apps HTTP/1.1\r\nHost: x\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0\0\0\u0001\u0001\u0001\0\0\0\u0001\0")]
    public async Task Grpc_StallsBeforeACallIsWhole_IsClosed(string sent)
    {
        await using var world = await HttpWorld.StartAsync(settings: [("HttpLimits:HeadersTimeout", "00:00:01"), ("HttpLimits:KeepAliveTimeout", "00:00:01")]);
        using var raw = await RawHttp.ConnectAsync(world.World.Center.Address);

        await raw.SendAsync(sent);

        // It ends; what the server says before that are frames of its own.
        Assert.DoesNotContain("grpc-status", await raw.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_TooLongOrTooMany_AreRefused()
    {
        await using var world = await HttpWorld.StartAsync(
            settings: [("HttpLimits:MaxHeaderBytes", "1024"), ("HttpLimits:MaxHeaders", "10"), ("HttpLimits:MaxRequestLineBytes", "256")]);

        Assert.StartsWith("HTTP/1.1 431 ", await AnswerAsync(world, $"GET /v1/apps HTTP/1.1\r\nHost: x\r\nA: {new string('x', 2_000)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith(
            "HTTP/1.1 431 ",
            await AnswerAsync(world, $"GET /v1/apps HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 20).Select(i => $"A{i}: x\r\n"))}\r\n"),
            StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await AnswerAsync(world, $"GET /v1/{new string('x', 2_000)} HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /v1/apps/default/kick HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")]
    [InlineData("POST /v1/apps/default/kick HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}")]
    [InlineData("POST /v1/apps/default/kick HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n{}")]
    [InlineData("POST /v1/apps/default/kick HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET /v1/apps HTTP/1.1\r\nHost: x\r\n Authorization: Bearer x\r\n\r\n")]
    [InlineData("GET /v1/apps HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")]
    [InlineData("GET /v1/apps HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/apps/%00 HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Request_ThatTwoServersMayReadDifferently_IsRefusedAndTheConnectionCloses(string request)
    {
        await using var world = await HttpWorld.StartAsync();

        Assert.StartsWith("HTTP/1.1 400 ", await AnswerAsync(world, request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_LengthBesideChunks_IsOneRequest()
    {
        await using var world = await HttpWorld.StartAsync();

        // By its length the body would end inside of the chunks, and a second request begin there.
        var answer = await AnswerAsync(
            world,
            $"POST /v1/apps/default/presence HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.World.Key}\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + "11\r\n{\"users\":[\"bob\"]}\r\n0\r\n\r\n");

        Assert.Equal(2, answer.Split("HTTP/1.1 ").Length);
        Assert.DoesNotContain("HTTP/1.1 500", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_AboveTheLimit_AreClosedAndCounted()
    {
        await using var world = await HttpWorld.StartAsync(settings: [("HttpLimits:MaxConnections", "2"), ("HttpLimits:HeadersTimeout", "00:05:00")]);
        using var first = await RawHttp.ConnectAsync(world.Address);
        using var second = await RawHttp.ConnectAsync(world.Address);
        await first.SendAsync("GET /v1/openapi.json HTTP/1.1\r\n");
        await second.SendAsync("GET /v1/openapi.json HTTP/1.1\r\n");

        await Eventually.HoldsAsync(
            async () => await TryAnswerAsync(world) == "",
            "the third connection is closed");

        Assert.Contains("center_http_connections_refused_total ", await world.World.Center.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_TooManyFromOneAddress_AreRefused()
    {
        await using var world = await HttpWorld.StartAsync(settings: [("HttpLimits:RequestsPerSecond", "1"), ("HttpLimits:Burst", "3")]);
        var answers = new ConcurrentBag<HttpAnswer>();

        await Parallel.ForEachAsync(Enumerable.Range(0, 50), async (_, _) => answers.Add(await world.Http.GetAsync("/v1/nothing")));

        var refused = answers.First(answer => answer.Status == 429);
        refused.IsProblem(429, "rate_limited", "Requests come too fast from this address.");
        Assert.Equal("1", refused.Headers["Retry-After"]);
        Assert.Contains("center_http_requests_total{operation=\"none\",status=\"429\"}", await world.World.Center.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_AreCountedByOperationAndStatus()
    {
        await using var world = await HttpWorld.StartAsync();

        (await world.Http.GetAsync("/v1/apps/default")).Good();
        Assert.Equal(404, (await world.Http.GetAsync("/v1/apps/nothing")).Status);
        await Eventually.HoldsAsync(
            async () => (await world.World.Center.MetricsAsync()) is var metrics
                && metrics.Contains("center_http_requests_total{operation=\"GetApp\",status=\"200\"} 1", StringComparison.Ordinal)
                && metrics.Contains("center_http_requests_total{operation=\"GetApp\",status=\"404\"} 1", StringComparison.Ordinal),
            "both are counted");
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        var options = new HttpLimitOptions { MaxBodyBytes = 1, MaxJsonDepth = 1_000, SlowBodyGrace = TimeSpan.Zero };

        var result = new HttpLimitOptionsValidator().Validate(null, options);

        Assert.Equal(3, result.Failures!.Count());
        Assert.Equal(ValidateOptionsResult.Success, new HttpLimitOptionsValidator().Validate(null, new HttpLimitOptions()));
    }

    // A connection that is closed at once may end while it is made.
    private static async Task<string> TryAnswerAsync(HttpWorld world)
    {
        try
        {
            return await AnswerAsync(world, "GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static async Task<string> AnswerAsync(HttpWorld world, string request)
    {
        using var raw = await RawHttp.ConnectAsync(world.Address);
        await raw.TrySendAsync(request);
        return await raw.ReadToEndAsync();
    }
}
