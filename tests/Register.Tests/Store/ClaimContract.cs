using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

/// <summary>Claims, ends and revocations.</summary>
public abstract class ClaimContract(StoreFixture fixture) : SessionStoreContract(fixture)
{
    [Fact]
    public async Task Claim_OfNewUser_StoresEverything()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-5).ToUnixTimeMilliseconds();

        var epoch = await ClaimedAsync(Single("ann", session: ulong.MaxValue, device: "phone"));

        var stored = Assert.Single(await StoredAsync("ann"));
        var expected = new Session(Single("ann", session: ulong.MaxValue, device: "phone").Session)
        {
            Key = new SessionKey { Session = ulong.MaxValue, Epoch = epoch },
            SinceUnixMs = (long)(epoch / 1000),
            StateSinceUnixMs = (long)(epoch / 1000),
            LastSeenUnixMs = (long)(epoch / 1000),
            Change = stored.Change,
        };
        Assert.Equal(expected, stored);
        Assert.True(stored.SinceUnixMs >= before);
        Assert.True(stored.Change >= epoch);
    }

    [Fact]
    public async Task Claim_OfUserLoggedIn_DisplacesWithHigherEpoch()
    {
        var old = await ClaimedAsync(Single("ann"));

        var outcome = await ClaimAsync(Single("ann", OtherRoom, session: 2));

        Assert.True(outcome.Epoch > old);
        Assert.Equal(old, Assert.Single(outcome.Displaced).Key.Epoch);
        Assert.Equal(outcome.Epoch, Assert.Single(await StoredAsync("ann")).Key.Epoch);
    }

    [Fact]
    public async Task Claim_OfUserLoggedIn_ReturnsWhomToTellUntilSettled()
    {
        var sessions = await SessionsAsync();
        var old = await ClaimedAsync(Single("ann", session: 5));

        var first = await sessions.ClaimAsync([Single("ann", OtherRoom)], CancellationToken.None);
        var again = await sessions.ClaimAsync([Single("ann", OtherRoom)], CancellationToken.None);

        var told = Assert.Single(first.ToTell, session => session.Epoch == old);
        Assert.Equal((Room, 5ul), (told.Incarnation, told.Session));
        Assert.Contains(told, again.ToTell);
        await sessions.SettleAsync(first.ToTell, CancellationToken.None);
        Assert.DoesNotContain(told, (await sessions.ClaimAsync([Single("ann", OtherRoom)], CancellationToken.None)).ToTell);
    }

    [Fact]
    public async Task Untold_AfterDisplacement_NamesItUntilSettled()
    {
        var sessions = await SessionsAsync();
        var old = await ClaimedAsync(Single("ann", session: 5));
        await ClaimedAsync(Single("ann", OtherRoom));

        var told = Assert.Single(await sessions.UntoldAsync(2_000, CancellationToken.None), session => session.Epoch == old);

        Assert.Equal((Room, 5ul), (told.Incarnation, told.Session));
        await sessions.SettleAsync([told], CancellationToken.None);
        Assert.DoesNotContain(told, await sessions.UntoldAsync(2_000, CancellationToken.None));
    }

    [Fact]
    public async Task Claim_RepeatedForTheSameConnection_DisplacesNobody()
    {
        var first = await ClaimedAsync(Single("ann", session: 9));

        var again = await ClaimAsync(Single("ann", session: 9));

        Assert.True(again.Epoch > first);
        Assert.Empty(again.Displaced);
    }

    [Fact]
    public async Task End_OfOldEpoch_LeavesTheNewSession()
    {
        var old = await ClaimedAsync(Single("ann"));
        var current = await ClaimedAsync(Single("ann", OtherRoom));

        Assert.False(await EndAsync("ann", old));
        Assert.Single(await StoredAsync("ann"));
        Assert.True(await EndAsync("ann", current));
        Assert.Empty(await StoredAsync("ann"));
        Assert.False(await EndAsync("ann", current));
    }

    [Fact]
    public async Task End_OfBatch_SaysForEachWhetherItEnded()
    {
        var sessions = await SessionsAsync();
        var claims = Enumerable.Range(0, 50).Select(i => Single($"user-{i}")).ToArray();
        var outcomes = (await sessions.ClaimAsync(claims, CancellationToken.None)).Outcomes;

        var ended = await sessions.EndAsync(
            [.. outcomes.Select((outcome, i) => new SessionEnd(App, $"user-{i}", i % 2 == 0 ? outcome.Epoch : outcome.Epoch + 1))], CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => i % 2 == 0), ended);
    }

    [Fact]
    public async Task Claim_WithHeldEpoch_KeepsIt()
    {
        var epoch = await ClaimedAsync(Single("ann"));

        var outcome = await ClaimAsync(Single("ann", OtherRoom, session: 1, held: epoch));

        Assert.Equal((ClaimState.Claimed, epoch), (outcome.State, outcome.Epoch));
        Assert.Empty(outcome.Displaced);
        Assert.Equal(OtherRoom, Assert.Single(await StoredAsync("ann")).Incarnation);
    }

    [Fact]
    public async Task Claim_WithHeldEpochAndNothingStored_StoresItAgain()
    {
        var epoch = await ClaimedAsync(Single("ann"));
        await EndAsync("ann", epoch);

        Assert.Equal(epoch, await ClaimedAsync(Single("ann", held: epoch)));
        Assert.Single(await StoredAsync("ann"));
    }

    [Fact]
    public async Task Claim_WithHeldEpochOlderThanStored_IsOvertaken()
    {
        var old = await ClaimedAsync(Single("ann"));
        var current = await ClaimedAsync(Single("ann", OtherRoom));

        var outcome = await ClaimAsync(Single("ann", held: old));

        Assert.Equal(ClaimState.Overtaken, outcome.State);
        Assert.Equal(current, Assert.Single(await StoredAsync("ann")).Key.Epoch);
    }

    [Fact]
    public async Task Claim_ConcurrentForOneUser_LeavesExactlyOneAndNamesAllOthers()
    {
        var sessions = await SessionsAsync();
        const int Rivals = 64;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Rivals).Select(i => Task.Run(() => ClaimAsync(Single("ann", Room + (ulong)i, (ulong)i)))));

        var epochs = outcomes.Select(outcome => outcome.Epoch).ToArray();
        Assert.Equal(Rivals, epochs.Distinct().Count());
        Assert.Equal(epochs.Max(), Assert.Single(await StoredAsync("ann")).Key.Epoch);
        var displaced = outcomes.SelectMany(outcome => outcome.Displaced).Select(session => session.Key.Epoch).Order();
        Assert.Equal(epochs.Order().SkipLast(1), displaced);
        Assert.Single((await sessions.ListAsync(new SessionFilter(App, 0), SessionPosition.Start, 100, CancellationToken.None)).Sessions);
    }

    [Fact]
    public async Task Claim_OfBatch_IsAnsweredInItsOrder()
    {
        var sessions = await SessionsAsync();
        SessionClaim[] claims = [.. Enumerable.Range(0, 500).Select(i => Single($"user-{i % 250}", Room, (ulong)i))];

        var batch = await sessions.ClaimAsync(claims, CancellationToken.None);

        Assert.All(batch.Outcomes, outcome => Assert.Equal(ClaimState.Claimed, outcome.State));
        for (var i = 250; i < 500; i++)
        {
            Assert.Equal((ulong)i - 250, Assert.Single(batch.Outcomes[i].Displaced).Key.Session);
        }
    }

    [Fact]
    public async Task Claim_PerDevice_KeepsOneSessionForEach()
    {
        var phone = await ClaimedAsync(OnDevice("ann", "phone"));
        await ClaimedAsync(OnDevice("ann", "tablet", session: 2));

        var again = await ClaimAsync(OnDevice("ann", "phone", OtherRoom));

        Assert.Equal(phone, Assert.Single(again.Displaced).Key.Epoch);
        Assert.Equal(["phone", "tablet"], (await StoredAsync("ann")).Select(session => session.Device).Order());
    }

    [Fact]
    public async Task Claim_PerDeviceOverTheLimit_DisplacesTheOldest()
    {
        var first = await ClaimedAsync(OnDevice("ann", "device-0"));
        for (var i = 1; i < SessionClaim.MaxDevices; i++)
        {
            Assert.Empty((await ClaimAsync(OnDevice("ann", $"device-{i}", session: (ulong)i))).Displaced);
        }

        var outcome = await ClaimAsync(OnDevice("ann", "one-more", session: 99));

        Assert.Equal(first, Assert.Single(outcome.Displaced).Key.Epoch);
        Assert.Equal(SessionClaim.MaxDevices, (await StoredAsync("ann")).Count);
    }

    [Fact]
    public async Task Claim_SingleAfterPerDevicePolicy_DisplacesAllDevices()
    {
        await ClaimedAsync(OnDevice("ann", "phone", session: 1));
        await ClaimedAsync(OnDevice("ann", "tablet", session: 2));

        var outcome = await ClaimAsync(Single("ann", OtherRoom, session: 3, device: "phone"));

        Assert.Equal(2, outcome.Displaced.Count);
        Assert.Single(await StoredAsync("ann"));
    }

    [Fact]
    public async Task Claim_PerDeviceAfterSinglePolicy_DisplacesTheSameDeviceOnly()
    {
        var single = await ClaimedAsync(Single("ann", device: "phone"));

        Assert.Empty((await ClaimAsync(OnDevice("ann", "tablet", session: 2))).Displaced);
        Assert.Equal(single, Assert.Single((await ClaimAsync(OnDevice("ann", "phone", session: 3))).Displaced).Key.Epoch);
        Assert.Equal(2, (await StoredAsync("ann")).Count);
    }

    [Fact]
    public async Task Claim_AgainUnderSinglePolicyWithSeveralHeldEpochs_LeavesTheNewest()
    {
        var phone = await ClaimedAsync(OnDevice("ann", "phone", session: 1));
        var tablet = await ClaimedAsync(OnDevice("ann", "tablet", session: 2));

        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(Single("ann", session: 1, held: phone, device: "phone"))).State);
        Assert.Equal(tablet, await ClaimedAsync(Single("ann", session: 2, held: tablet, device: "tablet")));
        Assert.Equal(tablet, Assert.Single(await StoredAsync("ann")).Key.Epoch);
    }

    [Fact]
    public async Task Revoke_EndsAllSessionsAndBarsTheirEpochs()
    {
        var sessions = await SessionsAsync();
        var phone = await ClaimedAsync(OnDevice("ann", "phone", session: 1));
        var tablet = await ClaimedAsync(OnDevice("ann", "tablet", session: 2));

        var revoked = await sessions.RevokeAsync(App, "ann", CancellationToken.None);

        Assert.Equal([phone, tablet], revoked.Ended.Select(session => session.Key.Epoch).Order());
        Assert.All([phone, tablet], epoch => Assert.Contains(revoked.ToTell, session => session.Epoch == epoch));
        Assert.Empty(await StoredAsync("ann"));
        Assert.Equal(ClaimState.Overtaken, (await ClaimAsync(OnDevice("ann", "tablet", held: tablet))).State);
    }

    [Fact]
    public async Task Claim_RightAfterRevocation_AsksForAnotherLookAtTheToken()
    {
        var sessions = await SessionsAsync();
        await ClaimedAsync(Single("ann"));
        await sessions.RevokeAsync(App, "ann", CancellationToken.None);

        var outcome = await ClaimAsync(Single("ann"));
        var again = await ClaimAsync(Single("ann") with { SeenRevocation = outcome.Epoch });

        Assert.Equal(ClaimState.Recheck, outcome.State);
        Assert.Equal(ClaimState.Claimed, again.State);
        Assert.True(again.Epoch > outcome.Epoch);
        await sessions.RevokeAsync(App, "ann", CancellationToken.None);
        Assert.Equal(ClaimState.Recheck, (await ClaimAsync(Single("ann") with { SeenRevocation = outcome.Epoch })).State);
    }

    [Fact]
    public async Task Claim_WithASignedTokenOfBeforeTheRevocation_IsRefused_WithALaterOneIsNot()
    {
        var sessions = await SessionsAsync();
        var epoch = await ClaimedAsync(Single("ann") with { SignedAt = 1 });
        await sessions.RevokeAsync(App, "ann", CancellationToken.None);
        var mark = (await ClaimAsync(Single("ann"))).Epoch;

        var before = await ClaimAsync(Single("ann") with { SignedAt = epoch });
        var atIt = await ClaimAsync(Single("ann") with { SignedAt = mark });
        var later = await ClaimAsync(Single("ann") with { SignedAt = mark + 1 });
        var again = await ClaimAsync(Single("ann", OtherRoom) with { SignedAt = mark });

        Assert.Equal([ClaimState.NotResumed, ClaimState.NotResumed, ClaimState.Claimed, ClaimState.NotResumed], new[] { before, atIt, later, again }.Select(one => one.State));
        Assert.Equal(later.Epoch, Assert.Single(await StoredAsync("ann")).Key.Epoch);
        Assert.Equal(ClaimState.Claimed, (await ClaimAsync(Single("bob") with { SignedAt = 1 })).State);
    }

    [Fact]
    public async Task Claim_ThatResumes_NeedsNoSignedToken()
    {
        var sessions = await SessionsAsync();
        await sessions.RevokeAsync(App, "ann", CancellationToken.None);
        var mark = (await ClaimAsync(Single("ann"))).Epoch;
        var epoch = await ClaimedAsync(Single("ann") with { SignedAt = mark + 1 });

        var resumed = await ClaimAsync(Single("ann", OtherRoom) with { ResumeEpoch = epoch, SignedAt = mark });

        Assert.Equal((ClaimState.Claimed, true), (resumed.State, resumed.Resumed));
    }

    [Fact]
    public async Task Sweep_OfRoom_EndsItsSessionsOnly()
    {
        var sessions = await SessionsAsync();
        var dead = (ulong)Random.Shared.NextInt64(1, 1L << 40);
        SessionClaim[] claims = [.. Enumerable.Range(0, 40).Select(i => Single($"user-{i}", i % 2 == 0 ? dead : dead + 1))];
        await sessions.ClaimAsync(claims, CancellationToken.None);

        var swept = 0;
        for (var partition = 0; partition < Contracts.Partition.Count; partition++)
        {
            swept += await sessions.SweepAsync(dead, partition, limit: 10, CancellationToken.None);
        }

        Assert.Equal(20, swept);
        Assert.Equal(20, await sessions.CountAsync(App, CancellationToken.None));
        Assert.Empty((await sessions.ListAsync(new SessionFilter(null, dead), SessionPosition.Start, 100, CancellationToken.None)).Sessions);
    }
}

public sealed class MemoryClaimTests(MemoryFixture fixture) : ClaimContract(fixture);

public sealed class RedisClaimTests(RedisFixture fixture) : ClaimContract(fixture);

public sealed class RedisClusterClaimTests(RedisClusterFixture fixture) : ClaimContract(fixture);
