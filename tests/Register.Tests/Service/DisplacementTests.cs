using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Service;

public sealed class DisplacementTests
{
    [Fact]
    public async Task Claim_WithIssuedToken_IsFoundUntilEnded()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var token = await register.IssueAsync("ann");

        var claimed = await register.ClaimAsync(room, "ann", token, session: 7);

        Assert.Equal(Outcome.Claimed, claimed.Outcome);
        var online = Assert.Single(await register.LookupAsync("ann"));
        Assert.Equal((claimed.Epoch, 7ul, "room-1"), (online.Key.Epoch, online.Key.Session, online.Room));
        var end = new EndRequest { Incarnation = room.Incarnation, Sessions = { new EndSession { App = "default", User = "ann", Epoch = claimed.Epoch } } };
        Assert.True(Assert.Single((await register.Sessions.EndAsync(end)).Ended));
        Assert.Empty(await register.LookupAsync("ann"));
    }

    [Fact]
    public async Task Claim_OfUserLoggedInElsewhere_TellsTheOtherRoomUntilItConfirms()
    {
        await using var register = await RunningRegister.StartAsync();
        using var first = await TestRoom.OpenAsync(register.Rooms, "room-1");
        using var second = await TestRoom.OpenAsync(register.Rooms, "room-2");
        var token = await register.IssueAsync("ann");
        var old = await register.ClaimAsync(first, "ann", token);

        var claimed = await register.ClaimAsync(second, "ann", token);

        Assert.True(claimed.Epoch > old.Epoch);
        Assert.Equal((first.Incarnation, "room-1"), (claimed.Displaced.Incarnation, claimed.Displaced.Room));
        await Eventually.HoldsAsync(() => !register.Bus.ToRooms.IsEmpty, "the bus tells the room");
        Assert.True(register.Bus.ToRooms.TryPeek(out var told));
        Assert.Equal((first.Incarnation, 4000u), (told.Incarnation, told.Message.Close.Code));
        Assert.Equal(old.Epoch, Assert.Single(told.Message.Close.Sessions).Epoch);
        var displaced = Assert.Single((await first.RenewAsync()).Renewed.Displaced);
        Assert.Equal(old.Epoch, displaced.Epoch);
        Assert.Single((await first.RenewAsync()).Renewed.Displaced);
        Assert.Empty((await first.RenewAsync(closed: displaced)).Renewed.Displaced);
    }

    [Fact]
    public async Task Claim_OfRegisterThatDiedBeforeItTold_IsToldAllTheSame()
    {
        await using var register = await RunningRegister.StartAsync();
        using var first = await TestRoom.OpenAsync(register.Rooms, "room-1");
        using var second = await TestRoom.OpenAsync(register.Rooms, "room-2");
        var old = await register.ClaimAsync(first, "ann", await register.IssueAsync("ann"));

        // The store has carried out the claim, and nobody has gone on from there. No other claim comes.
        await register.App.Services.GetRequiredService<ISessionStore>().ClaimAsync(
            [
                new SessionClaim(
                    new Session { App = "default", User = "ann", Key = new SessionKey { Session = 2 }, Incarnation = second.Incarnation }, PerDevice: false),
            ],
            CancellationToken.None);

        await Eventually.HoldsAsync(
            async () => (await first.RenewAsync()).Renewed.Displaced.SingleOrDefault()?.Epoch == old.Epoch, "the room hears of its displaced session");
    }

    [Fact]
    public async Task Claim_OfUserWhoseRoomDied_DisplacesNobody()
    {
        await using var register = await RunningRegister.StartAsync();
        using var dead = await TestRoom.OpenAsync(register.Rooms, "room-1");
        using var room = await TestRoom.OpenAsync(register.Rooms, "room-2");
        var token = await register.IssueAsync("ann");
        await register.ClaimAsync(dead, "ann", token);
        await dead.ReleaseAsync();
        await Eventually.HoldsAsync(async () => (await register.LookupAsync("ann")).Count == 0, "the session of the released room doesn't count");

        var claimed = await register.ClaimAsync(room, "ann", token);

        Assert.Equal(Outcome.Claimed, claimed.Outcome);
        Assert.Null(claimed.Displaced);
        Assert.Empty(register.Bus.ToRooms);
    }

    [Fact]
    public async Task Claim_AgainWithHeldEpochUnderNewIncarnation_NeedsNoTokenAndLosesToNewerLogins()
    {
        await using var register = await RunningRegister.StartAsync();
        using var before = await TestRoom.OpenAsync(register.Rooms, "room-1");
        var ann = await register.ClaimAsync(before, "ann", await register.IssueAsync("ann"));
        var bobsToken = await register.IssueAsync("bob");
        var bob = await register.ClaimAsync(before, "bob", bobsToken);
        await before.ReleaseAsync();
        using var other = await TestRoom.OpenAsync(register.Rooms, "room-2");
        await register.ClaimAsync(other, "bob", bobsToken);
        using var after = await TestRoom.OpenAsync(register.Rooms, "room-1");

        var results = await register.ClaimAsync(
            after.Incarnation,
            new Claim { App = "default", User = "ann", Session = 1, HeldEpoch = ann.Epoch },
            new Claim { App = "default", User = "bob", Session = 2, HeldEpoch = bob.Epoch });

        Assert.Equal([Outcome.Claimed, Outcome.Overtaken], results.Select(result => result.Outcome));
        Assert.Equal(ann.Epoch, results[0].Epoch);
        Assert.Equal(after.Incarnation, Assert.Single(await register.LookupAsync("ann")).Incarnation);
        Assert.Equal("room-2", Assert.Single(await register.LookupAsync("bob")).Room);
    }
}
