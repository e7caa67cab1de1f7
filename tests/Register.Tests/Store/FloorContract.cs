using Microservices.Contracts;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

/// <summary>What may come back, by a held epoch or by a resume ticket, and what may not.</summary>
public abstract class FloorContract(StoreFixture fixture) : SessionStoreContract(fixture)
{
    [Theory]
    [InlineData(3001, true)]
    [InlineData(3004, true)]
    [InlineData(4000, false)]
    [InlineData(4003, false)]
    public async Task End_WithCode_DecidesWhetherTheSessionMayComeBack(uint code, bool mayComeBack)
    {
        var epoch = await ClaimedAsync(Single("ann"));
        await EndAsync("ann", epoch, code);
        var other = await ClaimedAsync(Single("bob"));
        await EndAsync("bob", other, code);

        var held = await ClaimAsync(Single("ann", held: epoch));
        var resumed = await ClaimAsync(Resuming("bob", other));

        Assert.Equal(mayComeBack ? ClaimState.Claimed : ClaimState.Overtaken, held.State);
        Assert.Equal(mayComeBack ? ClaimState.Claimed : ClaimState.NotResumed, resumed.State);
        Assert.Equal(mayComeBack, resumed.Resumed);
        Assert.Equal(mayComeBack, resumed.Epoch > other);
    }

    [Fact]
    public async Task Resume_OfAnEndedSession_WorksOnce()
    {
        var epoch = await ClaimedAsync(Single("ann"));
        await EndAsync("ann", epoch);

        Assert.True((await ClaimAsync(Resuming("ann", epoch))).Resumed);
        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(Resuming("ann", epoch))).State);
        await EndAsync("ann", Assert.Single(await StoredAsync("ann")).Key.Epoch);
        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(Resuming("ann", epoch))).State);
    }

    [Fact]
    public async Task Resume_OfAStoredSession_DisplacesIt()
    {
        var epoch = await ClaimedAsync(Single("ann", session: 5));

        var batch = await (await SessionsAsync()).ClaimAsync([Resuming("ann", epoch, OtherRoom)], CancellationToken.None);

        var outcome = Assert.Single(batch.Outcomes);
        Assert.True(outcome.Resumed && outcome.Epoch > epoch);
        Assert.Equal(epoch, Assert.Single(outcome.Displaced).Key.Epoch);
        Assert.Contains(batch.ToTell, one => one.Epoch == epoch && one.Code == 0);
    }

    [Fact]
    public async Task Resume_OfASweptSession_Works()
    {
        var dead = (ulong)Random.Shared.NextInt64(1, 1L << 40);
        var epoch = await ClaimedAsync(Single("ann", dead));
        await (await SessionsAsync()).SweepAsync(dead, Partition.Of(App, "ann"), 100, CancellationToken.None);

        Assert.True((await ClaimAsync(Resuming("ann", epoch))).Resumed);
    }

    [Fact]
    public async Task Resume_OfWhatIsNotKnown_NeedsTheToken()
    {
        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(Resuming("ann", 1_754_000_000_000_000))).State);

        var outcome = await ClaimAsync(Resuming("ann", 1_754_000_000_000_000, hasToken: true));

        Assert.Equal((ClaimState.Claimed, false), (outcome.State, outcome.Resumed));
    }

    [Fact]
    public async Task Resume_OvertakenByANewerLogin_NeedsTheToken()
    {
        var old = await ClaimedAsync(Single("ann"));
        var current = await ClaimedAsync(Single("ann", OtherRoom));

        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(Resuming("ann", old))).State);
        await EndAsync("ann", current);
        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(Resuming("ann", old))).State);
        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(Single("ann", held: old))).State);
        Assert.True((await ClaimAsync(Resuming("ann", current))).Resumed);
    }

    [Fact]
    public async Task Resume_OfAnotherDevice_IsItsOwn()
    {
        var phone = await ClaimedAsync(OnDevice("ann", "phone"));
        await EndAsync("ann", phone);
        await ClaimedAsync(OnDevice("ann", "tablet", session: 2));

        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(OnDevice("ann", "tablet") with { ResumeEpoch = phone, HasToken = false })).State);
        Assert.True((await ClaimAsync(OnDevice("ann", "phone") with { ResumeEpoch = phone, HasToken = false })).Resumed);
        Assert.Equal(2, (await StoredAsync("ann")).Count);
    }

    [Fact]
    public async Task Revoke_OfUserWithoutSessions_BarsTicketsAndHeldEpochs()
    {
        var epoch = await ClaimedAsync(Single("ann"));
        await EndAsync("ann", epoch);
        await (await SessionsAsync()).RevokeAsync(App, "ann", CancellationToken.None);

        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(Resuming("ann", epoch))).State);
        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(Single("ann", held: epoch))).State);
    }

    [Fact]
    public async Task Kick_OfUserOfWhomNothingIsKnown_BarsHeldEpochsOfAllDevices()
    {
        var held = await ClaimedAsync(Single("somebody-else"));
        await KickAsync(new SessionKick("ann"));

        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(Single("ann", held: held))).State);
        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(OnDevice("ann", "phone", held: held))).State);
        Assert.True(await ClaimedAsync(Single("ann")) > held);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("phone")]
    public async Task Kick_OfUserWhoseSessionHasEnded_BarsItsReturn(string? device)
    {
        var epoch = await ClaimedAsync(Single("ann", device: "phone"));
        await EndAsync("ann", epoch);

        Assert.Empty(await KickAsync(new SessionKick("ann", device)));

        var ticket = Single("ann", device: "phone") with { ResumeEpoch = epoch, HasToken = false };
        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(ticket)).State);
        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(Single("ann", held: epoch, device: "phone"))).State);
    }

    [Fact]
    public async Task Kick_OfDeviceOfWhichNothingIsKnown_BarsThatDeviceOnly()
    {
        var held = await ClaimedAsync(Single("somebody-else"));
        await KickAsync(new SessionKick("ann", "phone"));

        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(OnDevice("ann", "phone", held: held))).State);
        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(Single("ann", device: "phone", held: held))).State);
        Assert.Equal(held, await ClaimedAsync(OnDevice("ann", "tablet", held: held)));
    }

    [Fact]
    public async Task Kick_OfEpoch_EndsItAndNotItsSuccessor()
    {
        var old = await ClaimedAsync(Single("ann"));
        var current = await ClaimedAsync(Single("ann", OtherRoom, session: 2));

        Assert.Empty(await KickAsync(new SessionKick("ann", Epoch: old)));
        Assert.Single(await StoredAsync("ann"));
        Assert.Single(await KickAsync(new SessionKick("ann", Epoch: current)));

        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(Single("ann", held: current))).State);
        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(Resuming("ann", current))).State);
        Assert.True(await ClaimedAsync(Single("ann")) > current);
    }

    [Fact]
    public async Task Kick_OfEpochThatHasEnded_BarsItsReturn()
    {
        var epoch = await ClaimedAsync(Single("ann"));
        await EndAsync("ann", epoch);

        Assert.Empty(await KickAsync(new SessionKick("ann", Epoch: epoch)));

        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(Resuming("ann", epoch))).State);
        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(Single("ann", held: epoch))).State);
    }

    [Fact]
    public async Task Claim_OverTheLimitOfDevices_BarsTheDisplacedOne()
    {
        var first = await ClaimedAsync(OnDevice("ann", "device-0"));
        for (var i = 1; i <= SessionClaim.MaxDevices; i++)
        {
            await ClaimedAsync(OnDevice("ann", $"device-{i}", session: (ulong)i));
        }

        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(OnDevice("ann", "device-0", held: first))).State);
        Assert.Equal(ClaimState.NotResumed, (await ClaimAsync(OnDevice("ann", "device-0") with { ResumeEpoch = first, HasToken = false })).State);
    }

    [Fact]
    public async Task Resume_RightAfterARevocationOfAnOlderSession_NeedsNoOtherLookAtTheToken()
    {
        await ClaimedAsync(Single("ann"));
        await (await SessionsAsync()).RevokeAsync(App, "ann", CancellationToken.None);
        var recheck = await ClaimAsync(Single("ann"));
        var epoch = await ClaimedAsync(Single("ann") with { SeenRevocation = recheck.Epoch });

        Assert.Equal(ClaimState.Recheck, recheck.State);
        Assert.True((await ClaimAsync(Resuming("ann", epoch))).Resumed);
        Assert.Equal(ClaimState.Recheck, (await ClaimAsync(Resuming("ann", epoch, hasToken: true))).State);
    }

    private SessionClaim Resuming(string user, ulong epoch, ulong room = OtherRoom, bool hasToken = false) =>
        Single(user, room, session: 77) with { ResumeEpoch = epoch, HasToken = hasToken };

    private async Task<IReadOnlyList<Contracts.Register.Session>> KickAsync(SessionKick kick) =>
        Assert.Single((await (await SessionsAsync()).KickAsync(App, [kick], CancellationToken.None)).Ended)!;
}

public sealed class MemoryFloorTests(MemoryFixture fixture) : FloorContract(fixture);

public sealed class RedisFloorTests(RedisFixture fixture) : FloorContract(fixture);

public sealed class RedisClusterFloorTests(RedisClusterFixture fixture) : FloorContract(fixture);
