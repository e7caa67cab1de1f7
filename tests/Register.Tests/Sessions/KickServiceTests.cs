using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Sessions;

public sealed class KickServiceTests
{
    [Fact]
    public async Task Kick_OfLiveSession_EndsItAndTellsItsRoomUntilItConfirms()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var ann = await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"), session: 7);

        var kicked = await register.Sessions.KickAsync(Request("be good", new KickTarget { User = "ann" }, new KickTarget { User = "bob" }));

        var ended = Assert.Single(kicked.Users[0].Ended);
        Assert.Equal((ann.Epoch, "room-1", false), (ended.Key.Epoch, ended.Room, kicked.Users[0].Unavailable));
        Assert.Empty(kicked.Users[1].Ended);
        Assert.Empty(await register.LookupAsync("ann"));
        await Eventually.HoldsAsync(() => !register.Bus.ToRooms.IsEmpty, "the bus tells the room");
        Assert.True(register.Bus.ToRooms.TryPeek(out var told));
        Assert.Equal((room.Incarnation, 4001u, "be good"), (told.Incarnation, told.Message.Close.Code, told.Message.Close.Message));
        var toClose = Assert.Single((await room.RenewAsync()).Renewed.Displaced);
        Assert.Equal((7ul, ann.Epoch, 4001u), (toClose.Session, toClose.Epoch, toClose.Code));
        Assert.Empty((await room.RenewAsync(closed: toClose)).Renewed.Displaced);
    }

    [Fact]
    public async Task Kick_OfASessionOfADeadRoom_NamesItWithoutRoomAndTellsNobody()
    {
        await using var register = await RunningRegister.StartAsync();
        using var dead = await TestRoom.OpenAsync(register.Rooms);
        var token = await register.IssueAsync("ann");
        var ann = await register.ClaimAsync(dead, "ann", token);
        await dead.ReleaseAsync();
        await Eventually.HoldsAsync(async () => (await register.LookupAsync("ann")).Count == 0, "the session doesn't count");

        var kicked = await register.Sessions.KickAsync(Request("", new KickTarget { User = "ann" }));

        // The sweeper may have been faster.
        Assert.All(kicked.Users[0].Ended, session => Assert.Equal((ann.Epoch, ""), (session.Key.Epoch, session.Room)));
        Assert.Empty(register.Bus.ToRooms);
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var held = new Claim { App = "default", User = "ann", Session = 1, HeldEpoch = ann.Epoch };
        Assert.Equal(Outcome.Overtaken, Assert.Single(await register.ClaimAsync(room.Incarnation, held)).Outcome);
        Assert.Equal(Outcome.Claimed, (await register.ClaimAsync(room, "ann", token)).Outcome);
    }

    [Fact]
    public async Task Kick_WithFaultyRequest_IsRefused()
    {
        await using var register = await RunningRegister.StartAsync();

        await RefusedAsync(Request("", [.. Enumerable.Repeat(new KickTarget { User = "ann" }, 1_001)]), "targets", "1001", "1000");
        await RefusedAsync(Request(new string('x', 257)), "reason", "257", "256");
        await RefusedAsync(Request("a\nb"), "reason", "control");
        await RefusedAsync(Request("", new KickTarget { User = "" }), "targets.user", "empty");
        await RefusedAsync(Request("", new KickTarget { User = "ann", Device = "" }), "targets.device", "empty");
        await RefusedAsync(Request("", new KickTarget { User = "ann", Epoch = ulong.MaxValue }), "targets.epoch");
        (await Caller.FaultAsync(register.Sessions.KickAsync(new KickSessionsRequest { App = "nothing" }))).Is(StatusCode.NotFound, "nothing");

        async Task RefusedAsync(KickSessionsRequest request, params string[] words) =>
            (await Caller.FaultAsync(register.Sessions.KickAsync(request))).Is(StatusCode.InvalidArgument, words);
    }

    private static KickSessionsRequest Request(string reason, params KickTarget[] targets) => new() { App = "default", Reason = reason, Targets = { targets } };
}
