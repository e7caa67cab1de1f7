using Microservices.Contracts.Register;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Service;

public sealed class LoginTests
{
    [Fact]
    public async Task Claim_WithIssuedToken_IsFoundUntilEnded()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var token = (await register.Tokens.IssueAsync(new IssueTokenRequest { App = "default", User = "ann" })).Token;

        var claimed = await ClaimAsync(register, room, "ann", token, session: 7);
        Assert.Equal(Outcome.Claimed, claimed.Outcome);

        var online = Assert.Single((await LookupAsync(register, "ann")).Sessions);
        Assert.Equal(claimed.Epoch, online.Key.Epoch);
        Assert.Equal(7ul, online.Key.Session);
        Assert.Equal("room-1", online.Room);

        var end = new EndRequest { Incarnation = room.Incarnation, Sessions = { new EndSession { App = "default", User = "ann", Epoch = claimed.Epoch } } };
        Assert.True(Assert.Single((await register.Sessions.EndAsync(end)).Ended));
        Assert.Empty((await LookupAsync(register, "ann")).Sessions);
    }

    [Fact]
    public async Task Claim_OfUserLoggedInElsewhere_TellsTheOtherRoomUntilItConfirms()
    {
        await using var register = await RunningRegister.StartAsync();
        using var first = await TestRoom.OpenAsync(register.Rooms, "room-1");
        using var second = await TestRoom.OpenAsync(register.Rooms, "room-2");
        var token = (await register.Tokens.IssueAsync(new IssueTokenRequest { App = "default", User = "ann" })).Token;
        var old = await ClaimAsync(register, first, "ann", token, session: 1);

        var claimed = await ClaimAsync(register, second, "ann", token, session: 1);

        Assert.True(claimed.Epoch > old.Epoch);
        Assert.Equal(first.Incarnation, claimed.Displaced.Incarnation);
        await Eventually.HoldsAsync(() => !register.Bus.ToRooms.IsEmpty, "the bus tells the room");
        Assert.True(register.Bus.ToRooms.TryPeek(out var told));
        Assert.Equal(first.Incarnation, told.Incarnation);
        Assert.Equal(4000u, told.Message.Close.Code);
        var displaced = Assert.Single((await first.RenewAsync()).Renewed.Displaced);
        Assert.Equal(old.Epoch, displaced.Epoch);
        Assert.Single((await first.RenewAsync()).Renewed.Displaced);
        Assert.Empty((await first.RenewAsync(closed: displaced)).Renewed.Displaced);
    }

    internal static async Task<ClaimResult> ClaimAsync(RunningRegister register, TestRoom room, string user, string token, ulong session)
    {
        var request = new ClaimRequest
        {
            Incarnation = room.Incarnation,
            Claims = { new Claim { App = "default", User = user, Token = token, Session = session, RemoteAddress = "127.0.0.1:50000", ClientVersion = 2 } },
        };
        return Assert.Single((await register.Sessions.ClaimAsync(request)).Results);
    }

    internal static async Task<UserSessions> LookupAsync(RunningRegister register, string user) =>
        Assert.Single((await register.Sessions.LookupAsync(new LookupRequest { App = "default", Users = { user } })).Users);
}
