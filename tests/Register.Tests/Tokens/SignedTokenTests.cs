using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing.Tokens;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Tokens;

/// <summary>Claims for which a gateway has checked a signed token, and the keys of apps.</summary>
public sealed class SignedTokenTests
{
    private static readonly TestKey Key = TestKey.Create("HS256", "hs-1");

    [Fact]
    public async Task Claim_OfAnAppThatTakesOneKind_RefusesTheOther()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await PutAsync(register, "signed", TokenKinds.Signed);
        await PutAsync(register, "both", TokenKinds.Both);
        await PutAsync(register, "stored", TokenKinds.Stored);

        Outcome[] outcomes =
        [
            await StoredAsync("signed"), await SignedAsync("signed"),
            await StoredAsync("both"), await SignedAsync("both"),
            await StoredAsync("stored"), await SignedAsync("stored"),
        ];

        Assert.Equal([Outcome.WrongToken, Outcome.Claimed, Outcome.Claimed, Outcome.Claimed, Outcome.Claimed, Outcome.WrongToken], outcomes);

        async Task<Outcome> StoredAsync(string app) =>
            Assert.Single(await register.ClaimAsync(room.Incarnation, Caller.Claim("ann", await register.IssueAsync("ann", app), app: app))).Outcome;

        async Task<Outcome> SignedAsync(string app) => (await ClaimAsync(register, room, Now, app)).Outcome;
    }

    [Fact]
    public async Task Revoke_EndsTheSessionAndBarsTokensOfBefore()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await PutAsync(register, "shop", TokenKinds.Signed);
        var issued = Now;
        var claimed = await ClaimAsync(register, room, issued);

        var revoked = await register.Tokens.RevokeAsync(new RevokeTokenRequest { App = "shop", User = "ann" });

        Assert.True(revoked.Revoked);
        Assert.Equal(claimed.Epoch, Assert.Single(revoked.Ended).Key.Epoch);
        var refused = await ClaimAsync(register, room, issued);
        Assert.Equal(Outcome.WrongToken, refused.Outcome);
        Assert.Contains("revoked", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Outcome.WrongToken, (await ClaimAsync(register, room, issued, resume: claimed.Epoch)).Outcome);
        Assert.Equal(Outcome.Claimed, (await ClaimAsync(register, room, Now + 1_000_000)).Outcome);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(ulong.MaxValue)]
    public async Task Claim_SignedAtNoTime_IsInvalid(ulong at)
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await PutAsync(register, "shop", TokenKinds.Signed);

        Assert.Equal(Outcome.Invalid, (await ClaimAsync(register, room, at)).Outcome);
    }

    [Fact]
    public async Task Secret_IsToldToWhoAsksForSecretsOnly()
    {
        await using var register = await RunningRegister.StartAsync();
        var put = await PutAsync(register, "shop", TokenKinds.Signed);
        using var gateway = register.Apps.Watch(new WatchAppsRequest { WithSecrets = true });
        using var center = register.Apps.Watch(new WatchAppsRequest());

        Assert.Equal(Secret, await FirstAsync(gateway));
        Assert.Equal("", await FirstAsync(center));
        Assert.Equal("", put.Tokens.Keys[0].K);
        Assert.DoesNotContain(Secret, $"{await register.Apps.GetAsync(new GetAppRequest { Name = "shop" })}{await register.Apps.ListAsync(new ListAppsRequest())}", StringComparison.Ordinal);

        static async Task<string> FirstAsync(AsyncServerStreamingCall<AppList> watch)
        {
            Assert.True(await watch.ResponseStream.MoveNext(default));
            return watch.ResponseStream.Current.Apps.Single(app => app.Name == "shop").Tokens.Keys[0].K;
        }
    }

    [Fact]
    public async Task Secret_LeftOutOfAPut_StaysAsItIs()
    {
        await using var register = await RunningRegister.StartAsync();
        var put = await PutAsync(register, "shop", TokenKinds.Signed);

        await register.Apps.PutAsync(new PutAppRequest { App = new App(put) { Sender = "x" } });

        using var watch = register.Apps.Watch(new WatchAppsRequest { WithSecrets = true });
        Assert.True(await watch.ResponseStream.MoveNext(default));
        var app = watch.ResponseStream.Current.Apps.Single(app => app.Name == "shop");
        Assert.Equal(("x", Secret), (app.Sender, app.Tokens.Keys[0].K));
        (await Caller.FaultAsync(register.Apps.PutAsync(new PutAppRequest { App = new App(put), IfRevision = put.Revision }))).Is(StatusCode.Aborted, "if_revision");
        put.Tokens.Keys[0].Kid = "hs-2";
        (await Caller.FaultAsync(register.Apps.PutAsync(new PutAppRequest { App = put }))).Is(StatusCode.InvalidArgument, "app.tokens.keys[0].k", "missing");
    }

    private static string Secret => Key.Jwk["k"]!.GetValue<string>();

    private static ulong Now => (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000;

    private static async Task<App> PutAsync(RunningRegister register, string app, TokenKinds kinds)
    {
        var key = SigningKey.Parser.ParseJson(Key.Jwk.ToJsonString());
        return (await register.Apps.PutAsync(new PutAppRequest { App = new App { Name = app, Tokens = new TokenPolicy { Kinds = kinds, Keys = { key } } } })).App;
    }

    private static async Task<ClaimResult> ClaimAsync(RunningRegister register, TestRoom room, ulong signedAt, string app = "shop", ulong resume = 0)
    {
        var claim = Caller.Claim("ann", "", app: app);
        claim.SignedAtUs = signedAt;
        if (resume > 0)
        {
            claim.ResumeEpoch = resume;
        }

        return Assert.Single(await register.ClaimAsync(room.Incarnation, claim));
    }
}
