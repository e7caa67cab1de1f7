using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Sessions;

/// <summary>States, ends with reasons, what is known of ended sessions, and resuming, as callers see them.</summary>
public sealed class SessionStateTests
{
    [Fact]
    public async Task Report_OfAwaySession_IsSeenInLookups()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var ann = await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"));

        var reply = await register.Sessions.ReportAsync(Report(Away("ann", ann.Epoch), Away("ann", ann.Epoch + 1), Away("bob", ann.Epoch)));

        Assert.Equal([true, false, false], reply.Taken);
        var online = Assert.Single(await register.LookupAsync("ann"));
        Assert.Equal(SessionState.Away, online.State);
        Assert.True(online.StateSinceUnixMs >= online.SinceUnixMs && online.Change > ann.Epoch);
    }

    [Fact]
    public async Task Lookup_OfUserWhoLeft_SaysWhenAndWhy()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var ann = await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"));
        await EndAsync(register, "ann", ann.Epoch, code: 0);

        var reply = await register.Sessions.LookupAsync(new LookupRequest { App = "default", Users = { "ann", "bob" } });

        Assert.Equal((3004u, ann.Epoch, "192.0.2.1:50000"), (reply.Users[0].Last.Code, reply.Users[0].Last.Epoch, reply.Users[0].Last.RemoteAddress));
        Assert.Null(reply.Users[1].Last);
    }

    [Fact]
    public async Task Lookup_OfUserWhoseRoomDied_SaysThatTheConnectionWasLost()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var ann = await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"));
        await room.ReleaseAsync();
        UserSessions? user = null;

        await Eventually.HoldsAsync(
            async () => (user = Assert.Single((await register.Sessions.LookupAsync(new LookupRequest { App = "default", Users = { "ann" } })).Users)).Sessions.Count == 0,
            "the session doesn't count");

        Assert.Equal((3004u, ann.Epoch), (user!.Last.Code, user.Last.Epoch));
        Assert.True(user.Last.LastSeenUnixMs >= (long)(ann.Epoch / 1000));
    }

    [Fact]
    public async Task Claim_WithResumeEpoch_NeedsNoTokenOnce()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var token = await register.IssueAsync("ann");
        var ann = await register.ClaimAsync(room, "ann", token);
        await EndAsync(register, "ann", ann.Epoch, code: 3004);
        var ticket = new Claim(Caller.Claim("ann", "")) { ResumeEpoch = ann.Epoch };

        var results = await register.ClaimAsync(
            room.Incarnation, ticket, ticket, new Claim(ticket) { Token = "wrong" }, new Claim(ticket) { Token = token });

        Assert.Equal([Outcome.Claimed, Outcome.WrongToken, Outcome.WrongToken, Outcome.Claimed], results.Select(result => result.Outcome));
        Assert.Equal([true, false, false, false], results.Select(result => result.Resumed));
        Assert.True(results[3].Epoch > results[0].Epoch);
    }

    [Fact]
    public async Task Claim_WithResumeEpochAfterGoodbye_NeedsTheToken()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var token = await register.IssueAsync("ann");
        var ann = await register.ClaimAsync(room, "ann", token);
        await EndAsync(register, "ann", ann.Epoch, code: 4003);

        var results = await register.ClaimAsync(
            room.Incarnation, new Claim(Caller.Claim("ann", "")) { ResumeEpoch = ann.Epoch }, new Claim(Caller.Claim("ann", token)) { ResumeEpoch = ann.Epoch });

        Assert.Equal([Outcome.WrongToken, Outcome.Claimed], results.Select(result => result.Outcome));
        Assert.False(results[1].Resumed);
    }

    [Fact]
    public async Task Claim_WithHeldEpochAndUnknownState_IsInvalid()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);

        var result = Assert.Single(await register.ClaimAsync(room.Incarnation, new Claim(Caller.Claim("ann", "")) { HeldEpoch = 1, State = (SessionState)7 }));

        Assert.Equal(Outcome.Invalid, result.Outcome);
        Assert.Contains("state 7", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_WithFaultyInput_AreRefused()
    {
        await using var register = await RunningRegister.StartAsync();

        var end = new EndRequest { Sessions = { new EndSession { App = "default", User = "ann", Epoch = 1, Code = 4500 } } };
        (await Caller.FaultAsync(register.Sessions.EndAsync(end))).Is(StatusCode.InvalidArgument, "sessions.code", "4500", "4499");
        (await Caller.FaultAsync(register.Sessions.ReportAsync(Report([.. Enumerable.Repeat(Away("ann", 1), 1_001)])))).Is(StatusCode.InvalidArgument, "sessions", "1001");
        (await Caller.FaultAsync(register.Sessions.ReportAsync(Report(Away("", 1))))).Is(StatusCode.InvalidArgument, "sessions.user");
        (await Caller.FaultAsync(register.Sessions.ReportAsync(Report(new SessionReport(Away("ann", 1)) { App = "!" })))).Is(StatusCode.InvalidArgument, "sessions.app");
        (await Caller.FaultAsync(register.Sessions.ReportAsync(Report(new SessionReport(Away("ann", 1)) { State = (SessionState)2 }))))
            .Is(StatusCode.InvalidArgument, "sessions.state", "2");
    }

    private static SessionReport Away(string user, ulong epoch) => new() { App = "default", User = user, Epoch = epoch, State = SessionState.Away };

    private static ReportRequest Report(params SessionReport[] reports) => new() { Sessions = { reports } };

    private static async Task EndAsync(RunningRegister register, string user, ulong epoch, uint code) => Assert.True(Assert.Single(
        (await register.Sessions.EndAsync(new EndRequest { Sessions = { new EndSession { App = "default", User = user, Epoch = epoch, Code = code } } })).Ended));
}
