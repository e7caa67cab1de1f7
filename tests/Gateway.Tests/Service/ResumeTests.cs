using Google.Protobuf;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Verify with a resume ticket.</summary>
public class ResumeTests
{
    private readonly FakeRegister _register = new() { ResumeKeys = Keys(1) };

    [Theory]
    [InlineData("token-ann", "ann")]
    [InlineData("", "ann")]
    [InlineData("", "")]
    [InlineData("wrong", "ann")]
    public async Task Ticket_OfALostLink_ResumesOnceWhateverTheToken(string token, string user)
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var first = await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Device = "d", Sdk = "test/1" });
        Assert.InRange(first.Resume.Length, 60, 512);
        Assert.False(first.Resumed);
        var epoch = gateway.KeyOf("ann").Epoch;

        var second = await VerifyAsync(gateway, new Verify { User = user, Token = token, Device = user.Length > 0 ? "d" : "", Resume = first.Resume, Sdk = "test/1" });

        Assert.Equal((1u, true), (second.Code, second.Resumed));
        Assert.NotEqual(first.Resume, second.Resume);
        var claim = _register.Claims.SelectMany(call => call.Claims).Last();
        Assert.Equal(("default", "ann", "d", token, epoch), (claim.App, claim.User, claim.Device, claim.Token, claim.ResumeEpoch));
        Assert.Equal(1, gateway.Metrics.Tickets(TicketOutcome.Resumed));

        var third = await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Device = "d", Resume = first.Resume, Sdk = "test/1" });
        Assert.Equal((1u, false), (third.Code, third.Resumed));
        Assert.Equal(1, gateway.Metrics.Tickets(TicketOutcome.Overtaken));
    }

    [Fact]
    public async Task Ticket_UsedUpAndNoToken_IsRefusedLikeAWrongToken()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var first = await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });
        await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });

        var refused = await VerifyAsync(gateway, new Verify { Resume = first.Resume, Sdk = "test/1" });

        Assert.Equal((0u, "wrong_token", ""), (refused.Code, refused.Reason, refused.Resume));
        Assert.Equal(1, gateway.Metrics.Tickets(TicketOutcome.Overtaken));
    }

    [Theory]
    [InlineData("nonsense", nameof(TicketOutcome.Malformed))]
    [InlineData("forged", nameof(TicketOutcome.Forged))]
    [InlineData("long", nameof(TicketOutcome.TooLong))]
    [InlineData("bob", nameof(TicketOutcome.OtherIdentity))]
    [InlineData("app", nameof(TicketOutcome.OtherIdentity))]
    [InlineData("device", nameof(TicketOutcome.OtherIdentity))]
    [InlineData("key", nameof(TicketOutcome.UnknownKey))]
    public async Task Ticket_ThatIsNotGood_IsAsIfThereWereNone(string kind, string cause)
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var tickets = gateway.Get<ResumeTickets>();
        var stranger = new TicketKeys();
        stranger.Set(Keys(9));
        var ticket = kind switch
        {
            "forged" => Changed(tickets.Issue(new ResumeTicket("default", "ann", "", 5))),
            "long" => new string('A', 50_000),
            "bob" => tickets.Issue(new ResumeTicket("default", "bob", "", 5)),
            "app" => tickets.Issue(new ResumeTicket("shop", "ann", "", 5)),
            "device" => tickets.Issue(new ResumeTicket("default", "ann", "phone", 5)),
            "key" => new ResumeTickets(stranger, Microsoft.Extensions.Options.Options.Create(new ResumeOptions()), TimeProvider.System).Issue(new ResumeTicket("default", "ann", "", 5)),
            _ => kind,
        };

        var result = await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Resume = ticket, Sdk = "test/1" });
        var nameless = await VerifyAsync(gateway, new Verify { Resume = kind is "bob" or "app" or "device" ? "x" : ticket, Sdk = "test/1" });
        var wrong = await VerifyAsync(gateway, new Verify { User = "ann", Token = "wrong", Resume = ticket, Sdk = "test/1" });

        Assert.Equal((1u, false), (result.Code, result.Resumed));
        Assert.All(_register.Claims.SelectMany(call => call.Claims), claim => Assert.False(claim.HasResumeEpoch));
        Assert.Equal((0u, "invalid_argument"), (nameless.Code, nameless.Reason));
        Assert.Equal((0u, "wrong_token"), (wrong.Code, wrong.Reason));
        Assert.InRange(gateway.Metrics.Tickets(Enum.Parse<TicketOutcome>(cause)), 2, 3);
    }

    [Fact]
    public async Task Ticket_OfAnotherGateway_IsGood()
    {
        await using var first = await RunningGateway.StartAsync(_register);
        var keys = new TicketKeys();
        keys.Set(_register.ResumeKeys);
        await first.LogInAsync("ann");
        var elsewhere = new ResumeTickets(keys, Microsoft.Extensions.Options.Options.Create(new ResumeOptions()), TimeProvider.System);

        var result = await VerifyAsync(first, new Verify { Resume = elsewhere.Issue(new ResumeTicket("default", "ann", "", first.KeyOf("ann").Epoch)), Sdk = "test/1" });

        Assert.True(result.Resumed);
        await Eventually.HoldsAsync(() => first.Sessions.Count == 1, "the session that it displaced is gone");
        Assert.Equal("ann", Assert.Single(first.Sessions.All).User);
    }

    [Fact]
    public async Task Ticket_AfterAGoodbye_IsNotGood()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var client = await gateway.ConnectAsync();
        client.Send(Command.Verify, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });
        var ticket = (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Resume;
        client.Send(Command.Goodbye);
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => _register.SessionOf("ann") is null, "the session is ended");

        var result = await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Resume = ticket, Sdk = "test/1" });

        Assert.Equal((1u, false), (result.Code, result.Resumed));
    }

    [Fact]
    public async Task Keys_AreRotatedByARenewal()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var first = await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });

        _register.ResumeKeys = Keys(2, 1);
        await Eventually.HoldsAsync(() => gateway.Get<TicketKeys>().Signing?.Id == 2, "the new key signs");
        _register.ResumeKeys = null;
        var second = await VerifyAsync(gateway, new Verify { Resume = first.Resume, Sdk = "test/1" });

        Assert.True(second.Resumed);
        Assert.True((await VerifyAsync(gateway, new Verify { Resume = second.Resume, Sdk = "test/1" })).Resumed);
    }

    [Fact]
    public async Task NoKeys_NoTicket()
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister());

        var result = await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Resume = "AQ", Sdk = "test/1" });

        Assert.Equal((1u, "", false), (result.Code, result.Resume, result.Resumed));
    }

    [Fact]
    public async Task ChatClient_GetsNoTicket()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var client = await gateway.ConnectAsync(1100);

        client.Verify("138");

        Assert.DoesNotContain("resume", (await client.ReadAsync()).Text, StringComparison.Ordinal);
    }

    /// <summary>With another letter within the signature.</summary>
    private static string Changed(string ticket) => $"{ticket[..^5]}{(ticket[^5] == 'A' ? 'B' : 'A')}{ticket[^4..]}";

    private static ResumeKeys Keys(params uint[] ids) =>
        new() { Keys = { ids.Select(id => new ResumeKey { Id = id, Secret = ByteString.CopyFrom([.. Enumerable.Repeat((byte)id, 32)]) }) } };

    /// <summary>A verify on a connection of its own, which stays.</summary>
    private static async Task<VerifyResult> VerifyAsync(RunningGateway gateway, Verify verify)
    {
        var client = await gateway.ConnectAsync();
        client.Send(Command.Verify, verify);
        return await client.ReadAsync<VerifyResult>(Command.VerifyResult);
    }
}
