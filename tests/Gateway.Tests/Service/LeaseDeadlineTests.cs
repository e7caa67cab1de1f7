using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>A gateway that stood still past its own lease deadline: nothing is delivered before register has said what it is.</summary>
public sealed class LeaseDeadlineTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly SkippedTime _time = new();
    private readonly FakeRegister _register = new();
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Woken_LeaseIsDead_NothingIsDeliveredBeforeTheReclaim()
    {
        await using var gateway = await StartAsync();
        var stale = await gateway.LogInAsync("ann");
        var kept = await gateway.LogInAsync("bob");
        var former = _register.Incarnation;
        var keys = (Ann: gateway.KeyOf("ann"), Bob: gateway.KeyOf("bob"));
        await StandStillAsync(gateway);

        // With a next lease the former one's queue ends, whatever is left in it: it is granted when all of that was handled.
        _register.OnLease = request => request.Open is { Incarnation: 0 } ? _next.Task : _answer.Task;
        var sending = SendAllKindsAsync(gateway, keys.Ann, keys.Bob);
        Assert.Equal(LeaseState.InDoubt, gateway.Get<LeaseStanding>().State);
        _register.LogInElsewhere("ann", nameInRenewals: false);
        _register.KillLease();
        _answer.SetResult();
        await sending;
        await Eventually.HoldsAsync(() => gateway.Metrics.Drops(DropCause.NotClaimed) == 8, "what came is dropped", () => $"{gateway.Metrics.Drops(DropCause.NotClaimed)}");
        _next.SetResult();

        Assert.Equal(Code.Displaced, (await stale.ReadAsync<Directive>(Command.Directive)).Code);
        await stale.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.SessionOf("bob").Incarnation is var now && now == _register.Incarnation && now > former, "bob is claimed again");
        Assert.Empty(await kept.ReadUntilAnsweredAsync());
        await PushAsync(gateway, "now", gateway.KeyOf("bob"));
        Assert.Equal("now", TextOf(await kept.ReadAsync<PushDelivery>(Command.Push)));
    }

    [Fact]
    public async Task Woken_LeaseStillLives_WhatCameIsDelivered()
    {
        await using var gateway = await StartAsync();
        var client = await gateway.LogInAsync("ann");
        await StandStillAsync(gateway);

        await PushAsync(gateway, "first", gateway.KeyOf("ann"));
        await PushAsync(gateway, "second", gateway.KeyOf("ann"));
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        _answer.SetResult();

        Assert.Equal("first", TextOf(await client.ReadAsync<PushDelivery>(Command.Push)));
        Assert.Equal("second", TextOf(await client.ReadAsync<PushDelivery>(Command.Push)));
        Assert.Equal(LeaseState.Valid, gateway.Get<LeaseStanding>().State);
        Assert.Single(_register.Rooms);
    }

    [Fact]
    public async Task Woken_RegisterIsAway_SessionsGoOnAfterAFewAttempts()
    {
        await using var gateway = await StartAsync();
        var client = await gateway.LogInAsync("ann");
        await _register.StopAsync();
        _time.Skip(Lease * 2);

        await PushAsync(gateway, "while away", gateway.KeyOf("ann"));
        Assert.Equal("while away", TextOf(await client.ReadAsync<PushDelivery>(Command.Push)));
        Assert.Equal(LeaseState.Detached, gateway.Get<LeaseStanding>().State);
        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "up" });
        Assert.Equal("up", (await gateway.UplinkAsync()).Chat.ChatContent);

        await _register.StartAsync();
        await Eventually.HoldsAsync(() => gateway.Get<LeaseStanding>().State == LeaseState.Valid, "the lease is gone on with");
        Assert.Single(_register.Rooms);
        Assert.Single(_register.Claims);
    }

    [Fact]
    public async Task Woken_RegisterIsHung_SessionsGoOnWhenItIsGivenUp()
    {
        await using var gateway = await StartAsync();
        var client = await gateway.LogInAsync("ann");
        await StandStillAsync(gateway, isGivenUp: true);

        await PushAsync(gateway, "after all", gateway.KeyOf("ann"));

        Assert.Equal("after all", TextOf(await client.ReadAsync<PushDelivery>(Command.Push)));
        Assert.Equal(LeaseState.Detached, gateway.Get<LeaseStanding>().State);
        _answer.SetResult();
        await Eventually.HoldsAsync(() => gateway.Get<LeaseStanding>().State == LeaseState.Valid, "the lease is gone on with");
    }

    [Fact]
    public async Task Woken_ChatFromAClient_WaitsUntilItsSessionIsClaimedAgain()
    {
        await using var gateway = await StartAsync();
        var overtaken = await gateway.LogInAsync("ann", 1100);
        var kept = await gateway.LogInAsync("bob", 1100);
        await StandStillAsync(gateway);

        overtaken.Send(Command.SingleChat, new SingleChat { ChatTo = "carl", ChatContent = "not mine any more" });
        kept.Send(Command.SingleChat, new SingleChat { ChatTo = "carl", ChatContent = "mine" });
        await Eventually.HoldsAsync(() => gateway.Metrics.FramesIn(Command.SingleChat) == 2, "both are read");
        Assert.Empty(gateway.Uplinks);
        _register.LogInElsewhere("ann", nameInRenewals: false);
        _register.KillLease();
        _answer.SetResult();

        var sent = await gateway.UplinkAsync();
        Assert.Equal(("mine", _register.Incarnation), (sent.Chat.ChatContent, sent.Incarnation));
        await overtaken.ReadErrorAsync(Code.Displaced);
        await overtaken.ReadEndAsync();
        Assert.Empty(gateway.Uplinks);
    }

    [Fact]
    public async Task Woken_Logins_AreClaimedUnderTheNextLease()
    {
        await using var gateway = await StartAsync();
        await StandStillAsync(gateway);

        var client = await gateway.ConnectAsync();
        client.Verify("ann");
        await Eventually.HoldsAsync(() => gateway.Metrics.FramesIn(Command.Verify) == 1, "the login waits");
        _register.KillLease();
        _answer.SetResult();

        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").Incarnation == _register.Incarnation, "it is claimed for the next lease");
        Assert.Equal(_register.Incarnation, _register.SessionOf("ann")!.Incarnation);
    }

    [Fact]
    public async Task Login_WhoseAnswerCrossesTheDeathOfTheLease_IsClaimedAgain()
    {
        await using var gateway = await StartAsync();
        var former = _register.Incarnation;
        var claim = new TaskCompletionSource();
        _register.AfterClaim = _ => claim.Task;
        var client = await gateway.ConnectAsync();
        client.Verify("ann");
        await Eventually.HoldsAsync(() => _register.SessionOf("ann") is not null, "the claim is made");

        _register.KillLease();
        await Eventually.HoldsAsync(() => _register.Incarnation > former && gateway.Get<RoomState>().Incarnation == _register.Incarnation, "there is a new lease");
        _register.AfterClaim = null;
        claim.SetResult();

        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").Incarnation == _register.Incarnation, "it is claimed for the new lease");
        Assert.Equal(_register.Incarnation, _register.SessionOf("ann")!.Incarnation);
    }

    [Fact]
    public async Task Woken_InTheMiddleOfAFanOut_TheRestWaits()
    {
        const int Users = 150;
        await using var gateway = await StartAsync();
        for (var i = 0; i < Users; i++)
        {
            await gateway.LogInAsync($"user-{i}");
        }

        var before = gateway.Metrics.FramesOut(Command.Push);
        HoldAnswers();

        // The first look is before the fan-out, the second one within it; if something else reads the clock, it stands still a little earlier.
        _time.SkipAtRead(2, Lease * 2);
        await gateway.SendAsync(ToAll());
        await Eventually.HoldsAsync(() => !gateway.Get<LeaseStanding>().IsKnown, "the lease is in doubt");
        Assert.InRange(gateway.Metrics.FramesOut(Command.Push) - before, 0, Users - 1);
        _answer.SetResult();

        await Eventually.HoldsAsync(() => gateway.Metrics.FramesOut(Command.Push) - before == Users, "each has it once", () => $"{gateway.Metrics.FramesOut(Command.Push)}");
        await gateway.UntilHandledAsync();
        Assert.Equal(Users, gateway.Metrics.FramesOut(Command.Push) - before);
    }

    private static RoomMessage ToAll() => new()
    {
        Delivery = new Contracts.Bus.Delivery { App = "default", Everybody = true, Audience = Audience.All, Push = Text("to all") },
    };

    private static Push Text(string text) => new() { Payload = ByteString.CopyFromUtf8(text), ContentType = "text/plain" };

    private static string TextOf(PushDelivery push) => System.Text.Encoding.UTF8.GetString(push.Payload.Span);

    private static Task PushAsync(RunningGateway gateway, string text, Contracts.Bus.SessionKey to) => gateway.PushAsync(Text(text), Audience.One, to);

    private Task<RunningGateway> StartAsync() => RunningGateway.StartAsync(_register, _time, ("Sessions:LoginPatience", "00:00:30"));

    /// <summary>The process stands still for longer than its lease; register answers the lease only when the test lets it.</summary>
    /// <param name="gateway">The process.</param>
    /// <param name="isGivenUp">A register that does not answer is given up after a while, as it is in earnest.</param>
    private async Task StandStillAsync(RunningGateway gateway, bool isGivenUp = false)
    {
        HoldAnswers(isGivenUp);
        _time.Skip(Lease * 2);
        await Eventually.HoldsAsync(() => !gateway.Get<LeaseStanding>().IsKnown, "the lease is in doubt");
    }

    private void HoldAnswers(bool isGivenUp = false)
    {
        // Shorter are only the pauses between renewals and between attempts.
        _time.PatientFrom = isGivenUp ? null : LeaseTimes.Answer(Lease);
        _register.OnLease = _ => _answer.Task;
    }

    /// <summary>Two pushes, chat, a broadcast to both and a notice for each: eight things for clients.</summary>
    private static async Task SendAllKindsAsync(RunningGateway gateway, Contracts.Bus.SessionKey ann, Contracts.Bus.SessionKey bob)
    {
        await gateway.PushAsync(Text("one"), Audience.Several, ann, bob);
        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery { App = "default", Audience = Audience.Several, Chat = new Chat { ChatFrom = "x", ChatContent = "hi" }, Recipients = { ann, bob } },
        });
        await gateway.SendAsync(ToAll());
        foreach (var key in new[] { ann, bob })
        {
            await gateway.SendAsync(new RoomMessage { Notice = new Notice { Session = key, Command = 2, Code = (uint)Code.NotDelivered, Message = "x" } });
        }
    }
}
