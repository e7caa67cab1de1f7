using System.Net;
using System.Net.WebSockets;
using Microservices.Gateway.Tests.Running;
using Microservices.Gateway.WebSockets.Upgrades;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>What comes to a running gateway in place of a handshake.</summary>
public sealed class WebSocketUpgradeTests
{
    private const string Line = "GET /ws HTTP/1.1";

    [Theory]
    [InlineData("GET / HTTP/1.1", "404 Not Found", "other_path")]
    [InlineData("POST /ws HTTP/1.1", "405 Method Not Allowed", "other_method")]
    [InlineData("GET /ws HTTP/1.0", "505 HTTP Version Not Supported", "other_http")]
    [InlineData("BREW", "400 Bad Request", "malformed")]
    public async Task Request_OfSomethingElse_IsRefusedAndClosed(string line, string status, string outcome)
    {
        await using var gateway = await RunningGateway.StartAsync();

        var answer = await UpgradeClient.AskAsync(gateway.WebSocket, line, UpgradeClient.Fields);

        AssertRefused(answer, status);
        await AssertLeftAsync(gateway, outcome);
    }

    [Theory]
    [InlineData("Upgrade: h2c", 1, "426 Upgrade Required", "no_upgrade")]
    [InlineData("Sec-WebSocket-Version: 8", 4, "426 Upgrade Required", "other_version")]
    [InlineData("Sec-WebSocket-Key: short", 3, "400 Bad Request", "malformed")]
    public async Task Request_WithAWrongField_IsRefusedAndClosed(string field, int at, string status, string outcome)
    {
        await using var gateway = await RunningGateway.StartAsync();
        string[] fields = [.. UpgradeClient.Fields];
        fields[at] = field;

        var answer = await UpgradeClient.AskAsync(gateway.WebSocket, Line, fields);

        AssertRefused(answer, status);
        await AssertLeftAsync(gateway, outcome);
    }

    [Fact]
    public async Task Version_ThatIsNotSpoken_IsToldTheOneThatIs()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var answer = await UpgradeClient.AskAsync(gateway.WebSocket, Line, [.. UpgradeClient.Fields[..4], "Sec-WebSocket-Version: 7"]);

        Assert.Contains("\r\nSec-WebSocket-Version: 13\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_OverTheLimits_AreRefused()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("WebSocket:MaxUpgradeBytes", "1000"), ("WebSocket:MaxUpgradeFields", "8"));

        var many = await UpgradeClient.AskAsync(gateway.WebSocket, Line, [.. UpgradeClient.Fields, "A: 1", "B: 2", "C: 3", "D: 4"]);
        using var endless = await UpgradeClient.ConnectAsync(gateway.WebSocket);
        await endless.SendAsync($"{Line}\r\nCookie: {new string('x', 1_000)}");
        var tooLong = await endless.ReadAnswerAsync();

        AssertRefused(many, "431 Request Header Fields Too Large");
        AssertRefused(tooLong, "431 Request Header Fields Too Large");
        endless.Dispose();
        await AssertLeftAsync(gateway, "too_many_fields");
        await AssertLeftAsync(gateway, "too_large");
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /ws HTTP/1.1\r\nHost: push")]
    public async Task Handshake_ThatIsNotFinishedInTime_IsCut(string begun)
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("WebSocket:UpgradeTimeout", "00:00:00.300"));
        using var client = await UpgradeClient.ConnectAsync(gateway.WebSocket);

        await client.SendAsync(begun);
        var answer = await client.ReadAnswerAsync();

        AssertRefused(answer, "408 Request Timeout");
        await AssertLeftAsync(gateway, "timed_out");
    }

    [Fact]
    public async Task Handshake_SentForEverByteByByte_IsCutAllTheSame()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("WebSocket:UpgradeTimeout", "00:00:00.300"));
        using var slow = await UpgradeClient.ConnectAsync(gateway.WebSocket);

        // It never stops by itself: only the gateway can end this.
        var dripping = Task.Run(async () =>
        {
            try
            {
                await slow.SendAsync(Line + "\r\nX: ");
                while (true)
                {
                    await slow.SendAsync("x");
                    await Task.Yield();
                    if (gateway.WebSocketMetrics.Upgrades(UpgradeOutcome.TooLarge) > 0)
                    {
                        return;
                    }

                    await Task.Delay(20);
                }
            }
            catch (IOException)
            {
                // Cut.
            }
        });
        await Eventually.HoldsAsync(() => gateway.WebSocketMetrics.Upgrades(UpgradeOutcome.TimedOut) == 1, "the handshake has timed out");

        await dripping.WaitAsync(Eventually.DefaultDeadline);
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "the connection has left");
    }

    [Fact]
    public async Task Handshake_SentByteByByte_IsAccepted()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await UpgradeClient.ConnectAsync(gateway.WebSocket);

        foreach (var one in string.Join("\r\n", [Line, .. UpgradeClient.Fields]) + "\r\n\r\n")
        {
            await client.SendAsync($"{one}");
        }

        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadAnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_ThatEndsInAHandshake_IsForgotten()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await UpgradeClient.ConnectAsync(gateway.WebSocket);
        await client.SendAsync("GET /ws");

        client.Dispose();

        await AssertLeftAsync(gateway, "lost");
    }

    [Fact]
    public async Task Page_OfAnotherSite_IsRefused_AndAListedOneIsNot()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("WebSocket:AllowedOrigins:0", "https://*.example.com"));

        var fault = await Assert.ThrowsAsync<WebSocketException>(() => WebSocketClient.ConnectAsync(gateway.WebSocket, ("Origin", "https://evil.example")));
        using var listed = await WebSocketClient.ConnectAsync(gateway.WebSocket, ("Origin", "https://app.example.com"));
        using var own = await WebSocketClient.ConnectAsync(gateway.WebSocket, ("Origin", $"http://{gateway.WebSocket}"));
        await listed.VerifyInTextAsync("ann");
        await own.VerifyInTextAsync("bob");

        Assert.Contains("403", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, gateway.WebSocketMetrics.Upgrades(UpgradeOutcome.OriginDenied));
    }

    [Fact]
    public async Task ForwardedFor_IsNotBelieved()
    {
        await using var open = await RunningGateway.StartAsync(true, ("Admission:Deny:0", "10.0.0.0/8"));
        await using var shut = await RunningGateway.StartAsync(true, ("Admission:Allow:0", "10.0.0.0/8"));

        using var admitted = await WebSocketClient.ConnectAsync(open.WebSocket, ("X-Forwarded-For", "10.0.0.1"), ("Forwarded", "for=10.0.0.1"));
        var fault = await Assert.ThrowsAsync<WebSocketException>(() => WebSocketClient.ConnectAsync(shut.WebSocket, ("X-Forwarded-For", "10.0.0.1")));

        await admitted.VerifyInTextAsync("ann");
        Assert.Contains("403", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, shut.Metrics.Refusals(Code.AddressDenied));
    }

    [Fact]
    public async Task Connection_OverTheLimit_IsToldInHttpWhenToComeBack()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Admission:MaxConnections", "1"));
        using var first = await WebSocketClient.ConnectAsync(gateway.WebSocket);

        var answer = await UpgradeClient.AskAsync(gateway.WebSocket, Line, UpgradeClient.Fields);

        AssertRefused(answer, "429 Too Many Requests");
        Assert.Contains("\r\nRetry-After: 2\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("overloaded\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, gateway.Metrics.Refusals(Code.Overloaded));
    }

    [Fact]
    public async Task Messages_SentWithTheHandshake_AreRead()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await UpgradeClient.ConnectAsync(gateway.WebSocket);

        await client.SendAsync([
            .. System.Text.Encoding.ASCII.GetBytes(string.Join("\r\n", [Line, .. UpgradeClient.Fields]) + "\r\n\r\n"),
            .. Tests.WebSockets.ClientFrames.Text("""{"command":1,"body":{"user":"ann","token":"token-ann","sdk":"test/1"}}"""),
        ]);

        await Eventually.HoldsAsync(() => gateway.Sessions.Count == 1, "the session has begun");
    }

    [Fact]
    public async Task Silence_AfterTheHandshake_EndsAtTheVerifyDeadline()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:VerifyTimeout", "00:00:00.300"));
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);

        var error = await client.ReadTextAsync();
        await client.ReadCloseAsync();

        Assert.Equal((108, 3503), (error.GetProperty("command").GetInt32(), error.GetProperty("body").GetProperty("code").GetInt32()));
        Assert.Equal((3503, "verify_timeout"), client.Closed);
    }

    [Fact]
    public async Task Upgrade_UnderWayWhenTheGatewayStops_IsCut()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("WebSocket:UpgradeTimeout", "00:01:00"));
        using var client = await UpgradeClient.ConnectAsync(gateway.WebSocket);
        await client.SendAsync("GET /ws HTTP/1.1");
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 1, "it has come");

        await gateway.StopAsync();

        Assert.Equal("", await client.ReadAnswerAsync());
        Assert.Equal(0, gateway.Gate.Connections);
    }

    [Fact]
    public async Task ProxyHeader_OfATrustedBalancer_NamesTheClientOfAWebSocketToo()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("ProxyProtocol:TrustedNetworks:0", "127.0.0.0/8"), ("Admission:Deny:0", "203.0.113.0/24"));
        using var good = await UpgradeClient.ConnectAsync(gateway.WebSocket);
        using var denied = await UpgradeClient.ConnectAsync(gateway.WebSocket);
        var request = string.Join("\r\n", [Line, .. UpgradeClient.Fields]) + "\r\n\r\n";

        await good.SendAsync([.. ProxyHeaders.Of(new IPEndPoint(IPAddress.Parse("198.51.100.7"), 40_000)), .. System.Text.Encoding.ASCII.GetBytes(request)]);
        await denied.SendAsync([.. ProxyHeaders.Of(new IPEndPoint(IPAddress.Parse("203.0.113.9"), 40_000)), .. System.Text.Encoding.ASCII.GetBytes(request)]);

        Assert.StartsWith("HTTP/1.1 101 ", await good.ReadAnswerAsync(), StringComparison.Ordinal);
        AssertRefused(await denied.ReadAnswerAsync(), "403 Forbidden");
    }

    [Fact]
    public async Task Options_ThatAreWrong_AreAllNamedAtStart()
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => RunningGateway.StartAsync(
            false, ("WebSocket:MaxUpgradeBytes", "1"), ("WebSocket:AllowedOrigins:0", "example.com"), ("WebSocket:MaxMessageParts", "0")));

        Assert.Contains("MaxUpgradeBytes", $"{fault}", StringComparison.Ordinal);
        Assert.Contains("'example.com'", $"{fault}", StringComparison.Ordinal);
        Assert.Contains("MaxMessageParts", $"{fault}", StringComparison.Ordinal);
    }

    private static void AssertRefused(string answer, string status)
    {
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
    }

    private static async Task AssertLeftAsync(RunningGateway gateway, string outcome)
    {
        var expected = Enum.GetValues<UpgradeOutcome>().Single(one => $"{one}".Equals(outcome.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
        await Eventually.HoldsAsync(() => gateway.WebSocketMetrics.Upgrades(expected) == 1, $"{outcome} is counted");
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "the connection has left");
    }
}
