using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Tokens;

public sealed class TokensServiceTests
{
    [Fact]
    public async Task Issue_WithoutToken_MakesOneOf256Bits()
    {
        await using var register = await RunningRegister.StartAsync();

        var one = await register.IssueAsync("ann");
        var other = await register.IssueAsync("ann");

        Assert.Equal(43, one.Length);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public async Task Issue_Again_VoidsTheFormerToken()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var former = await register.IssueAsync("ann");
        await register.Tokens.IssueAsync(new IssueTokenRequest { App = "default", User = "ann", Token = "chosen-by-the-caller" });

        Assert.Equal(Outcome.WrongToken, (await register.ClaimAsync(room, "ann", former)).Outcome);
        Assert.Equal(Outcome.Claimed, (await register.ClaimAsync(room, "ann", "chosen-by-the-caller")).Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    public async Task Claim_WithAnotherToken_IsWrong(string token)
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await register.IssueAsync("ann");

        Assert.Equal(Outcome.WrongToken, (await register.ClaimAsync(room, "ann", token)).Outcome);
        Assert.Equal(Outcome.WrongToken, (await register.ClaimAsync(room, "nobody", token)).Outcome);
        Assert.Empty(await register.LookupAsync("ann"));
    }

    [Fact]
    public async Task Revoke_EndsTheSessionsAndTellsTheirRoom()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var token = await register.IssueAsync("ann");
        var claimed = await register.ClaimAsync(room, "ann", token);

        var revoked = await register.Tokens.RevokeAsync(new RevokeTokenRequest { App = "default", User = "ann" });

        Assert.True(revoked.Revoked);
        Assert.Equal(claimed.Epoch, Assert.Single(revoked.Ended).Key.Epoch);
        Assert.Empty(await register.LookupAsync("ann"));
        await Eventually.HoldsAsync(() => !register.Bus.ToRooms.IsEmpty, "the bus tells the room");
        Assert.True(register.Bus.ToRooms.TryPeek(out var told));
        Assert.Equal((room.Incarnation, 4002u), (told.Incarnation, told.Message.Close.Code));
        var inRenewal = Assert.Single((await room.RenewAsync()).Renewed.Displaced);
        Assert.Equal((claimed.Epoch, 4002u), (inRenewal.Epoch, inRenewal.Code));
        Assert.Equal(Outcome.WrongToken, (await register.ClaimAsync(room, "ann", token)).Outcome);
        Assert.Equal(
            Outcome.Overtaken,
            Assert.Single(await register.ClaimAsync(room.Incarnation, new Claim { App = "default", User = "ann", HeldEpoch = claimed.Epoch })).Outcome);
        Assert.False((await register.Tokens.RevokeAsync(new RevokeTokenRequest { App = "default", User = "ann" })).Revoked);
    }

    [Fact]
    public async Task Claim_RightAfterNewToken_SucceedsAlthoughTheOldOneWasRevoked()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await register.IssueAsync("ann");
        await register.Tokens.RevokeAsync(new RevokeTokenRequest { App = "default", User = "ann" });

        var token = await register.IssueAsync("ann");

        Assert.Equal(Outcome.Claimed, (await register.ClaimAsync(room, "ann", token)).Outcome);
    }

    [Fact]
    public async Task Claim_OfDefaultUserNamedLikeAnotherAppsToken_IsInvalid()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var before = await register.IssueAsync("tel:123");
        await register.Apps.PutAsync(new PutAppRequest { App = new App { Name = "shop" } });
        var token = await register.IssueAsync("ann", "shop");

        var results = await register.ClaimAsync(
            room.Incarnation,
            Caller.Claim("shop:ann", token),
            Caller.Claim("ann", token, app: "shop"),
            Caller.Claim("tel:123", before));

        Assert.Equal([Outcome.Invalid, Outcome.Claimed, Outcome.Claimed], results.Select(result => result.Outcome));
        Assert.Contains("shop is an app", results[0].Message, StringComparison.Ordinal);
        var alias = new IssueTokenRequest { App = "default", User = "shop:ann" };
        (await Caller.FaultAsync(register.Tokens.IssueAsync(alias))).Is(StatusCode.InvalidArgument, "user", "shop");
        (await Caller.FaultAsync(register.Tokens.RevokeAsync(new RevokeTokenRequest { App = "default", User = "shop:ann" }))).Is(StatusCode.InvalidArgument, "user");
    }

    [Theory]
    [InlineData("default", "ann", "short", "token", "5", "16")]
    [InlineData("default", "ann", "sixteen or more with spaces", "token", "ASCII")]
    [InlineData("default", "", "", "user", "empty")]
    [InlineData("De", "ann", "", "app", "a-z")]
    public async Task Issue_WithBadArgument_IsRefused(string app, string user, string token, params string[] words)
    {
        await using var register = await RunningRegister.StartAsync();

        var status = await Caller.FaultAsync(register.Tokens.IssueAsync(new IssueTokenRequest { App = app, User = user, Token = token }));

        status.Is(StatusCode.InvalidArgument, words);
    }

    [Fact]
    public async Task Issue_ForUnknownApp_IsNotFound()
    {
        await using var register = await RunningRegister.StartAsync();

        (await Caller.FaultAsync(register.Tokens.IssueAsync(new IssueTokenRequest { App = "nothing", User = "ann" }))).Is(StatusCode.NotFound, "nothing");
    }
}
