using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Tests;

public sealed class ResumeTests
{
    private readonly FakeGateway _gateway = new();

    [Fact]
    public async Task LinkLost_TheLatestTicketGoesWithTheToken()
    {
        await using var client = new Watched(_gateway.Endpoint);
        client.Client.Start();
        Assert.Equal("", (await LoginAsync("ticket-1")).Resume);

        var second = await LoginAsync("ticket-2", resumed: true);
        var third = await LoginAsync("");
        var fourth = await LoginAsync("");

        Assert.Equal(("t1", "ticket-1"), (second.Token, second.Resume));
        Assert.Equal("ticket-2", third.Resume);
        Assert.Equal("", fourth.Resume);
        await client.Until(() => client.States.Count(state => state.Phase == ClientPhase.Verified) >= 4, "four logins");
        Assert.Equal([false, true, false, false], client.States.Where(state => state.Phase == ClientPhase.Verified).Take(4).Select(state => state.Resumed));
        Assert.DoesNotContain("ticket-", string.Join('\n', client.States), StringComparison.Ordinal);
    }

    [Fact]
    public async Task VerifyRefusedForAPassingCause_KeepsTheTicket()
    {
        await using var client = new Watched(_gateway.Endpoint);
        client.Client.Start();
        await LoginAsync("ticket-1");
        using (var refused = await _gateway.AcceptAsync())
        {
            Assert.Equal("ticket-1", (await refused.ReadVerifyAsync()).Resume);
            await refused.RefuseVerifyAsync(Code.TryLater, retryAfterMs: 1);
            Assert.Null(await refused.TryReadAsync());
        }

        Assert.Equal("ticket-1", (await LoginAsync("ticket-2")).Resume);
    }

    [Fact]
    public async Task AnotherToken_DropsTheTicket()
    {
        var token = "t1";
        await using var client = new Watched(new PushClientOptions
        {
            User = "ann",
            TokenProvider = _ => ValueTask.FromResult(Volatile.Read(ref token)),
            Endpoints = [_gateway.Endpoint],
            Reconnect = Watched.Quick,
        });
        client.Client.Start();
        var connection = await _gateway.AcceptAsync();
        await connection.ReadVerifyAsync();
        await connection.AnswerVerifyAsync(ticket: "ticket-1");
        await client.Until(ClientPhase.Verified);

        Volatile.Write(ref token, "t2");
        connection.Dispose();

        var verify = await LoginAsync("ticket-2");
        Assert.Equal(("t2", ""), (verify.Token, verify.Resume));
        Assert.Equal("ticket-2", (await LoginAsync("")).Resume);
    }

    [Fact]
    public async Task TicketOverTheLimit_IsNone()
    {
        await using var client = new Watched(_gateway.Endpoint);
        client.Client.Start();
        await LoginAsync(new string('t', 512));

        Assert.Equal(512, (await LoginAsync(new string('t', 513))).Resume.Length);
        Assert.Equal("", (await LoginAsync("")).Resume);
    }

    /// <summary>Lets the client in, and cuts the link.</summary>
    private async Task<Verify> LoginAsync(string ticket, bool resumed = false)
    {
        using var connection = await _gateway.AcceptAsync();
        var verify = await connection.ReadVerifyAsync();
        await connection.AnswerVerifyAsync(ticket: ticket, resumed: resumed);
        return verify;
    }
}
