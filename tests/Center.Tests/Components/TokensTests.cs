using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Center.Tests.Components;

public sealed class TokensTests : IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task IssueToken_GivenOrMade_IsReturned()
    {
        var given = await _world.Client.IssueTokenAsync(new IssueTokenRequest { App = "default", User = "bob", Token = "0123456789abcdef" });
        var made = await _world.Client.IssueTokenAsync(new IssueTokenRequest { App = "default", User = "bob" });

        Assert.Equal("0123456789abcdef", given.Token);
        Assert.Equal(43, made.Token.Length);
    }

    [Fact]
    public async Task RevokeToken_OnlineUser_EndsTheSessionsAndTellsTheRoom()
    {
        var room = await _world.OpenRoomAsync("room-1");
        var bob = await room.LoginAsync("bob");

        var reply = await _world.Client.RevokeTokenAsync(new RevokeTokenRequest { App = "default", User = "bob" });
        var again = await _world.Client.RevokeTokenAsync(new RevokeTokenRequest { App = "default", User = "bob" });

        Assert.Equal((true, 1u), (reply.Revoked, reply.SessionsEnded));
        Assert.Equal((false, 0u), (again.Revoked, again.SessionsEnded));
        var presence = await _world.Client.GetPresenceAsync(new GetPresenceRequest { App = "default", Users = { "bob" } });
        Assert.False(presence.Users[0].Online);
        await Eventually.HoldsAsync(() => room.Messages.Any(message => message.Close is { Code: 4002 } close && close.Sessions.Contains(bob)), "the room was told");
    }

    [Fact]
    public async Task Calls_BadInput_AreRefusedWithFieldValueAndLimit()
    {
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "token: it has 3 characters; it takes 16 to 512, or none to have one made.",
            _world.Client.IssueTokenAsync(new IssueTokenRequest { App = "default", User = "bob", Token = "abc" }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "user: user is empty; it takes 1 to 128 bytes.",
            _world.Client.RevokeTokenAsync(new RevokeTokenRequest { App = "default" }));
        await Refused.WithAsync(
            RefusalCode.UnknownApp, "There is no app 'nothing'.", _world.Client.IssueTokenAsync(new IssueTokenRequest { App = "nothing", User = "bob" }));
    }
}
