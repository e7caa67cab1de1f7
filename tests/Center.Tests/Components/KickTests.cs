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
        Assert.Equal((Outcome.Offline, "Online, but not with device 'desk'."), (reply.Outcomes[1].Outcome, reply.Outcomes[1].Message));
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
    public async Task Kick_RoomGoneOrBusAway_SaysSo()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        await room.LoseQueueAsync();

        var gone = Assert.Single((await _world.Client.KickAsync(new KickRequest { App = "default", Users = { "bob" } })).Outcomes);
        _world.Bus.Fault = (_, _) => PublishOutcome.Unavailable;

        Assert.Equal((Outcome.Undelivered, "room_gone"), (gone.Outcome, gone.Code));
        await Refused.WithAsync(
            RefusalCode.TryLater,
            "The message bus doesn't take messages; no session was closed. Try again in 1000 ms.",
            _world.Client.KickAsync(new KickRequest { App = "default", Users = { "bob" } }));
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
