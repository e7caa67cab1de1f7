using Microservices.Bus;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Tests.Components;

public sealed class KickTests : IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Kick_Users_ClosesTheirSessions()
    {
        var room = await _world.OpenRoomAsync("room-1");
        var phone = await room.LoginAsync("bob", "phone", "shop");
        var desk = await room.LoginAsync("bob", "desk", "shop");

        var reply = await _world.Client.KickAsync(new KickRequest { App = "shop", Users = { "bob", "off" }, Reason = "maintenance" });

        Assert.Equal([("bob", Outcome.Sent), ("off", Outcome.Offline)], reply.Outcomes.Select(one => (one.User, one.Outcome)));
        await Eventually.HoldsAsync(() => room.Messages.Count > 0, "the room was told");
        var close = Assert.Single(room.Messages).Close;
        Assert.Equal((4001u, "maintenance"), (close.Code, close.Message));
        Assert.Equal([phone, desk], close.Sessions.OrderBy(key => key.Session));
    }

    [Fact]
    public async Task Kick_OneDevice_LeavesTheOthers()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", "phone", "shop");
        var desk = await room.LoginAsync("bob", "desk", "shop");
        await room.LoginAsync("ann", "phone", "shop");

        var reply = await _world.Client.KickAsync(new KickRequest { App = "shop", Users = { "bob", "ann" }, Device = "desk" });

        Assert.Equal(Outcome.Sent, reply.Outcomes[0].Outcome);
        Assert.Equal((Outcome.Offline, "No session with device 'desk'."), (reply.Outcomes[1].Outcome, reply.Outcomes[1].Message));
        await Eventually.HoldsAsync(() => room.Messages.Count > 0, "the room was told");
        Assert.Equal([desk], Assert.Single(room.Messages).Close.Sessions);
    }

    [Fact]
    public async Task Kick_DeviceOfAPolicyWithoutDevices_IsTheOneThatTheClientNamed()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", "phone");

        Assert.Equal(Outcome.Offline, (await _world.Client.KickAsync(new KickRequest { App = "default", Users = { "bob" }, Device = "desk" })).Outcomes[0].Outcome);
        Assert.Equal(Outcome.Sent, (await _world.Client.KickAsync(new KickRequest { App = "default", Users = { "bob" }, Device = "phone" })).Outcomes[0].Outcome);
    }

    [Fact]
    public async Task Kick_BusAway_EndsTheSessionsAllTheSame()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        _world.Bus.Fault = (_, _) => PublishOutcome.Unavailable;

        var kicked = await _world.Client.KickAsync(new KickRequest { App = "default", Users = { "bob" } });
        var presence = await _world.Client.GetPresenceAsync(new GetPresenceRequest { App = "default", Users = { "bob" } });

        Assert.Equal((Outcome.Sent, "room-1"), (kicked.Outcomes[0].Outcome, Assert.Single(kicked.Outcomes[0].SentTo).Room));
        Assert.False(presence.Users[0].Online);
    }

    [Fact]
    public async Task StartKick_RegisterJustStarted_EndsWhatItFindsAndLooksAgain()
    {
        var first = await _world.OpenRoomAsync("room-1");
        var second = await _world.OpenRoomAsync("room-2");
        await first.LoginAsync("ann", "phone", "shop");
        await first.LoginAsync("bob");
        await second.LoginAsync("cid", "desk", "shop");

        // Register can't say for two lease times whether rooms are missing: until then the jobs go on.
        var ofRoom = await EndedAsync(new StartKickRequest { Room = "room-1", Reason = "moving" }, 2);
        var ofApp = await EndedAsync(new StartKickRequest { App = "shop", Everybody = new Everybody(), Key = "all" }, 1);
        await _world.Client.CancelKickAsync(new GetKickRequest { Id = ofRoom.Id });
        await _world.Client.CancelKickAsync(new GetKickRequest { Id = ofApp.Id });

        ofRoom = await KickWorld.EndOfAsync(_world.Client, ofRoom.Id);
        ofApp = await KickWorld.EndOfAsync(_world.Client, ofApp.Id);
        Assert.Equal((KickJob.Types.State.Cancelled, 2ul, 2ul, ""), (ofRoom.State, ofRoom.Found, ofRoom.Ended, ofRoom.App));
        Assert.Equal((KickJob.Types.State.Cancelled, 1ul, 1ul, "shop"), (ofApp.State, ofApp.Found, ofApp.Ended, ofApp.App));
        await Eventually.HoldsAsync(() => first.Messages.Sum(message => message.Close.Sessions.Count) == 2 && second.Messages.Count == 1, "the rooms were told");
        Assert.All(first.Messages, message => Assert.Equal((4001u, "moving"), (message.Close.Code, message.Close.Message)));

        async Task<KickJob> EndedAsync(StartKickRequest request, ulong sessions)
        {
            var job = await _world.Client.StartKickAsync(request);
            await Eventually.HoldsAsync(async () => (job = await _world.Client.GetKickAsync(new GetKickRequest { Id = job.Id })).Ended == sessions, "they are ended", job.ToString);
            return job;
        }
    }

    [Fact]
    public async Task Kick_StoreSilent_SaysForWhom()
    {
        await using var world = await KickWorld.StartAsync();
        world.Register.Sessions.Login("bob");
        world.Register.Sessions.Silent.Add("ann");

        var some = await world.Client.KickAsync(new KickRequest { App = "default", Users = { "ann", "bob", "off" } });

        Assert.Equal(
            [("ann", Outcome.Undelivered, "try_later"), ("bob", Outcome.Sent, ""), ("off", Outcome.Offline, "")],
            some.Outcomes.Select(one => (one.User, one.Outcome, one.Code)));
        await Refused.WithAsync(
            RefusalCode.TryLater,
            "Register, which knows the sessions, doesn't answer; no session was ended for certain. Try again in 1000 ms.",
            world.Client.KickAsync(new KickRequest { App = "default", Users = { "ann" } }));
    }

    [Fact]
    public async Task Kick_ManyUsers_TakesSeveralCallsAndKeepsTheirOrder()
    {
        await using var world = await KickWorld.StartAsync();
        world.Register.Sessions.Login("user-777");

        var reply = await world.Client.KickAsync(new KickRequest { App = "default", Users = { Enumerable.Range(0, 1_000).Select(i => $"user-{i}") } });

        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"user-{i}"), reply.Outcomes.Select(one => one.User));
        Assert.Equal("user-777", Assert.Single(reply.Outcomes, one => one.Outcome == Outcome.Sent).User);
        Assert.Equal(4, world.Register.Sessions.Kicks.Count);
    }

    [Fact]
    public async Task Kick_BadInput_IsRefusedWithFieldValueAndLimit()
    {
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "reason: it has 257 bytes; the limit is 256.",
            _world.Client.KickAsync(new KickRequest { App = "default", Users = { "bob" }, Reason = new string('r', 257) }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "users: there are none; a call takes 1 to 1,000.",
            _world.Client.KickAsync(new KickRequest { App = "default" }));
    }
}
