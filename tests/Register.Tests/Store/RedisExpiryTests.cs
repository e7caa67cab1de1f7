using System.Globalization;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

/// <summary>Which records of users end by themselves: those in which nothing but a revocation is left, and no other.</summary>
public sealed class RedisExpiryTests(RedisFixture fixture)
{
    private const string App = "expiry";

    [Fact]
    public async Task End_OfOneOfTwoDevices_LeavesTheOtherForGood()
    {
        var phone = await ClaimedAsync("two-devices", "phone");
        await ClaimedAsync("two-devices", "tablet");

        await EndAsync("two-devices", phone);

        Assert.Equal(-1, await SecondsToLiveAsync("two-devices"));
    }

    [Fact]
    public async Task End_OfTheOnlySessionAfterARevocation_LetsTheRevocationEndByItself()
    {
        var sessions = (await fixture.StoresAsync()).Sessions;
        await sessions.RevokeAsync(App, "revoked", CancellationToken.None);
        var outcome = Assert.Single((await sessions.ClaimAsync([Claim("revoked", "phone")], CancellationToken.None)).Outcomes);
        var phone = await ClaimedAsync("revoked", "phone", outcome.Epoch);
        Assert.Equal(-1, await SecondsToLiveAsync("revoked"));

        await EndAsync("revoked", phone);

        Assert.InRange(await SecondsToLiveAsync("revoked"), 1, SessionClaim.KeepRevocation.TotalSeconds);
    }

    private async Task<ulong> ClaimedAsync(string user, string device, ulong seenRevocation = 0)
    {
        var batch = await (await fixture.StoresAsync()).Sessions.ClaimAsync([Claim(user, device, seenRevocation)], CancellationToken.None);
        var outcome = Assert.Single(batch.Outcomes);
        Assert.Equal(ClaimState.Claimed, outcome.State);
        return outcome.Epoch;
    }

    private async Task EndAsync(string user, ulong epoch) =>
        Assert.Equal([true], await (await fixture.StoresAsync()).Sessions.EndAsync([new SessionEnd(App, user, epoch)], CancellationToken.None));

    private async Task<long> SecondsToLiveAsync(string user) => long.Parse(
        await fixture.CliAsync("ttl", $"{{p{Partition.Of(App, user):D4}}}:user:{App}:{user}"), CultureInfo.InvariantCulture);

    private static SessionClaim Claim(string user, string device, ulong seenRevocation = 0) => new(
        new Session { App = App, User = user, Device = device, NamedDevice = device, Key = new SessionKey { Session = 1 }, Incarnation = 5 },
        PerDevice: true,
        SeenRevocation: seenRevocation);
}
