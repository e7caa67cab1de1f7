using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tests.Components;

public sealed class PresenceTests : IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task GetPresence_Users_SaysWhoIsOnlineAndWhere()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("old", chatClient: true);
        await room.LoginAsync("bob", "phone");

        var reply = await _world.Client.GetPresenceAsync(new GetPresenceRequest { App = "default", Users = { "bob", "off", "old" } });

        Assert.Equal([("bob", true), ("off", false), ("old", true)], reply.Users.Select(user => (user.User, user.Online)));
        var bob = Assert.Single(reply.Users[0].Sessions);
        Assert.Equal(
            ("bob", "phone", "room-1", "192.0.2.1:4711", 2u, false, "test/1"),
            (bob.User, bob.Device, bob.Room, bob.RemoteAddress, bob.ClientVersion, bob.ChatClient, bob.Sdk));
        Assert.InRange(bob.SinceUnixMs, DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds());
        Assert.True(Assert.Single(reply.Users[2].Sessions).ChatClient);
    }

    [Fact]
    public async Task GetPresence_StatesAndEnds_SaysSinceWhenAndWhenLastSeen()
    {
        var room = await _world.OpenRoomAsync("room-1");
        var bob = await room.LoginAsync("bob", "phone");
        var ann = await room.LoginAsync("ann", "desk");
        var before = await ReadAsync("bob");
        Assert.True(await room.ReportAsync("bob", bob, away: true));
        Assert.True(await room.EndAsync("ann", ann, code: 4003));

        var reply = await _world.Client.GetPresenceAsync(new GetPresenceRequest { App = "default", Users = { "bob", "ann", "never" } });

        var alive = Assert.Single(before.Sessions);
        Assert.Equal((OnlineState.Alive, bob.Epoch), (alive.State, alive.Epoch));
        Assert.True(alive.StateSinceUnixMs > 0 && alive.LastSeenUnixMs > 0 && alive.Change > 0);
        var away = Assert.Single(reply.Users[0].Sessions);
        Assert.Equal((OnlineState.Away, bob.Epoch), (away.State, away.Epoch));
        Assert.True(away.Change > alive.Change, "its change is newer");
        Assert.True(away.StateSinceUnixMs >= alive.StateSinceUnixMs, "its state is newer");
        Assert.True(away.LastSeenUnixMs < away.StateSinceUnixMs, "it was seen before it was away");
        Assert.Null(reply.Users[0].LastSeen);
        Assert.Equal((false, "desk", "192.0.2.1:4711", "goodbye"), (
            reply.Users[1].Online, reply.Users[1].LastSeen.Device, reply.Users[1].LastSeen.RemoteAddress, reply.Users[1].LastSeen.Code));
        Assert.True(reply.Users[1].LastSeen.UnixMs > 0);
        Assert.Equal((false, null), (reply.Users[2].Online, reply.Users[2].LastSeen));
        var listed = await _world.Client.ListOnlineAsync(new ListOnlineRequest { App = "default" });
        Assert.Equal(away, Assert.Single(listed.Sessions));

        async Task<UserPresence> ReadAsync(string user) =>
            (await _world.Client.GetPresenceAsync(new GetPresenceRequest { App = "default", Users = { user } })).Users[0];
    }

    [Fact]
    public async Task Calls_RegisterHasJustStarted_SayThatTheyAreNotComplete()
    {
        // Until its leases may be judged, which takes two lease times.
        Assert.False((await _world.Client.GetPresenceAsync(new GetPresenceRequest { App = "default", Users = { "bob" } })).Complete);
        Assert.False((await _world.Client.ListOnlineAsync(new ListOnlineRequest { App = "default" })).Complete);
    }

    [Fact]
    public async Task ListOnline_PageByPage_ComesToEachSessionOnce()
    {
        var room = await _world.OpenRoomAsync("room-1");
        for (var i = 0; i < 7; i++)
        {
            await room.LoginAsync($"user-{i}");
        }

        await room.LoginAsync("of another app", "phone", app: "shop");
        var users = new List<string>();
        var cursor = "";
        do
        {
            var page = await _world.Client.ListOnlineAsync(new ListOnlineRequest { App = "default", Cursor = cursor, Limit = 3 });
            Assert.True(page.Sessions.Count <= 3);
            users.AddRange(page.Sessions.Select(session => session.User));
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"user-{i}"), users.Order());
    }

    [Fact]
    public async Task Calls_BadInput_AreRefusedWithFieldValueAndLimit()
    {
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "limit: 1,001; a page has 1 to 1,000 sessions, 0 = 100.",
            _world.Client.ListOnlineAsync(new ListOnlineRequest { App = "default", Limit = 1_001 }));
        await Refused.WithAsync(
            RefusalCode.UnknownApp, "There is no app 'nothing'.", _world.Client.ListOnlineAsync(new ListOnlineRequest { App = "nothing" }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "users[1]: 'bob' is there twice; users must not repeat.",
            _world.Client.GetPresenceAsync(new GetPresenceRequest { App = "default", Users = { "bob", "bob" } }));
        var cursor = await Assert.ThrowsAsync<Grpc.Core.RpcException>(
            async () => await _world.Client.ListOnlineAsync(new ListOnlineRequest { App = "default", Cursor = "nonsense" }));
        Assert.Equal(("invalid_argument", true), (cursor.Trailers.GetValue("code"), cursor.Status.Detail.StartsWith("cursor: ", StringComparison.Ordinal)));
    }
}
