using System.Net;
using System.Net.Sockets;
using System.Text;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Tests.Running;

public sealed class LimitTests
{
    [Fact]
    public async Task Get_MoreThanTheBurst_IsToldWhenToAskAgain()
    {
        await using var register = await FakeRegister.StartAsync(Given.List(Given.Rooms(1)));
        await using var dispatcher = await RunningDispatcher.StartAsync(register.Address, ("RateLimit:RequestsPerSecond", "1"), ("RateLimit:Burst", "3"));
        await dispatcher.ReadyAsync();

        // More than the bucket can hold and gain meanwhile, so that one is refused however slow this machine is.
        HttpResponseMessage? refused = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => dispatcher.GetAsync("/v1/endpoints")));
                refused = answers.FirstOrDefault(static answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
                return refused is not null;
            },
            "a request is refused");

        Assert.Equal("application/problem+json", refused!.Content.Headers.ContentType?.ToString());
        Assert.True(int.Parse(refused.Headers.GetValues("Retry-After").Single()) >= 1);
        Assert.Contains("\"code\":\"rate_limited\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Matches("dispatcher_requests_total\\{[^}]*outcome=\"rate_limited\"[^}]*\\} [1-9]", await dispatcher.MetricsAsync());
    }

    [Fact]
    public async Task Connect_OverTheLimit_IsClosedWhileAnswersGoOn()
    {
        await using var register = await FakeRegister.StartAsync(Given.List(Given.Rooms(1)));
        await using var dispatcher = await RunningDispatcher.StartAsync(register.Address, ("HttpLimits:MaxConnections", "1"));
        await dispatcher.ReadyAsync();
        Assert.Single(await dispatcher.HostsAsync()); // holds the one connection, alive between requests

        using var further = new TcpClient();

        // The reset may be there before the connect has returned.
        var fault = await Record.ExceptionAsync(async () =>
        {
            await further.ConnectAsync(IPAddress.Loopback, dispatcher.Public.Port);
            Assert.Equal(0, await further.GetStream().ReadAsync(new byte[1]));
        });

        Assert.True(fault is null or IOException or SocketException, fault?.ToString());
        Assert.Single(await dispatcher.HostsAsync());
    }

    [Theory]
    [InlineData("HttpLimits:HeadersTimeout", "GET /v1/endpoints HTTP/1.1\r\nHost: x\r\n", "HTTP/1.1 408 ")]
    [InlineData("HttpLimits:KeepAliveTimeout", "", "")]
    public async Task Connect_StallsBeforeARequestIsWhole_IsClosed(string limit, string sent, string answer)
    {
        await using var register = await FakeRegister.StartAsync(Given.List(Given.Rooms(1)));
        await using var dispatcher = await RunningDispatcher.StartAsync(register.Address, (limit, "00:00:01"));
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(IPAddress.Loopback, dispatcher.Public.Port);

        await stranger.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));

        using var all = new MemoryStream();
        await stranger.GetStream().CopyToAsync(all).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.StartsWith(answer, Encoding.ASCII.GetString(all.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BadOptions_NamesThemAll()
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var dispatcher = await RunningDispatcher.StartAsync(
                new Uri("http://127.0.0.1:1"), ("Selection:MaxRooms", "0"), ("Heartbeat:Networks:mobile", "00:00:00"), ("RateLimit:Burst", "0"));
        });

        Assert.Contains("MaxRooms", fault.ToString(), StringComparison.Ordinal);
        Assert.Contains("mobile", fault.ToString(), StringComparison.Ordinal);
        Assert.Contains("Burst", fault.ToString(), StringComparison.Ordinal);
    }
}
