using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Register.Tests.Store;

/// <summary>Each change of a session and the event that tells of it, states, and what is known of ended sessions.</summary>
public abstract class ChangeContract(StoreFixture fixture) : SessionStoreContract(fixture)
{
    private readonly StoreFixture _fixture = fixture;

    [Fact]
    public async Task Claim_OfUserLoggedIn_TellsFirstOfTheDisplaced()
    {
        var old = await ClaimedAsync(Single("ann"));
        var current = await ClaimedAsync(Single("ann", OtherRoom, session: 2));

        Assert.Equal([(Kind.Online, old, 0u), (Kind.Offline, old, 4000u), (Kind.Online, current, 0u)], await EventsAsync("ann"));
        Assert.Equal((await ReadEventsAsync("ann"))[^1].Change, Assert.Single(await StoredAsync("ann")).Change);
    }

    [Fact]
    public async Task Claim_ConcurrentForOneUser_TellsOfOneSessionAtATime()
    {
        const int Rivals = 64;

        var epochs = await Task.WhenAll(Enumerable.Range(0, Rivals).Select(i => Task.Run(() => ClaimedAsync(Single("ann", Room + (ulong)i, (ulong)i)))));

        Array.Sort(epochs);
        var expected = epochs.SelectMany((epoch, i) => i == 0
            ? new[] { (Kind.Online, epoch, 0u) }
            : [(Kind.Offline, epochs[i - 1], 4000u), (Kind.Online, epoch, 0u)]);
        Assert.Equal(expected, await EventsAsync("ann"));
        var events = await ReadEventsAsync("ann");
        Assert.Equal(events.Select(one => one.Change).Order(), events.Select(one => one.Change));
    }

    [Fact]
    public async Task Claim_RepeatedForTheSameConnection_TellsOfNoEnd()
    {
        var first = await ClaimedAsync(Single("ann", session: 9));
        var again = await ClaimedAsync(Single("ann", session: 9));

        Assert.Equal([(Kind.Online, first, 0u), (Kind.Online, again, 0u)], await EventsAsync("ann"));
    }

    [Fact]
    public async Task Claim_UnderAnotherPolicy_TellsOfEachOldField()
    {
        var phone = await ClaimedAsync(OnDevice("ann", "phone", session: 1));
        var single = await ClaimedAsync(Single("ann", session: 1, device: "phone"));

        Assert.Equal([(Kind.Online, phone, 0u), (Kind.Offline, phone, 4000u), (Kind.Online, single, 0u)], await EventsAsync("ann"));
        Assert.Equal(["phone", "phone", ""], (await ReadEventsAsync("ann")).Select(one => one.Device));
    }

    [Fact]
    public async Task Claim_WithHeldEpoch_TellsOnlyWhatIsNew()
    {
        var epoch = await ClaimedAsync(Single("ann"));
        await ClaimedAsync(Single("ann", held: epoch));
        await ClaimedAsync(Single("ann", OtherRoom, held: epoch));
        await ClaimedAsync(InState(Single("ann", OtherRoom, held: epoch), SessionState.Away));
        await ClaimedAsync(InState(Single("ann", OtherRoom, held: epoch), SessionState.Away));
        await ClaimedAsync(Single("ann", OtherRoom, held: epoch));

        Assert.Equal([Kind.Online, Kind.Online, Kind.Away, Kind.Back], (await ReadEventsAsync("ann")).Select(one => one.Kind));
        Assert.Equal([Room, OtherRoom, OtherRoom, OtherRoom], (await ReadEventsAsync("ann")).Select(one => one.Incarnation));
    }

    [Fact]
    public async Task Claim_WithHeldEpochOfAnAwaySessionThatIsGone_TellsBoth()
    {
        var epoch = await ClaimedAsync(Single("ann"));
        await EndAsync("ann", epoch);

        await ClaimedAsync(InState(Single("ann", held: epoch), SessionState.Away));

        Assert.Equal([Kind.Online, Kind.Offline, Kind.Online, Kind.Away], (await ReadEventsAsync("ann")).Select(one => one.Kind));
        var stored = Assert.Single(await StoredAsync("ann"));
        Assert.Equal((SessionState.Away, (await ReadEventsAsync("ann"))[^1].Change), (stored.State, stored.Change));
    }

    [Fact]
    public async Task Report_OfAStoredSession_ChangesItsStateOnce()
    {
        var epoch = await ClaimedAsync(Single("ann"));
        var before = Assert.Single(await StoredAsync("ann"));

        Assert.Equal(ReportOutcome.Changed, await ReportAsync("ann", epoch, SessionState.Away));
        var away = Assert.Single(await StoredAsync("ann"));
        Assert.Equal(ReportOutcome.Unchanged, await ReportAsync("ann", epoch, SessionState.Away));
        Assert.Equal(ReportOutcome.Changed, await ReportAsync("ann", epoch, SessionState.Alive));

        Assert.Equal([(Kind.Online, epoch, 0u), (Kind.Away, epoch, 0u), (Kind.Back, epoch, 0u)], await EventsAsync("ann"));
        Assert.Equal(SessionState.Away, away.State);
        Assert.True(away.Change > before.Change && away.StateSinceUnixMs >= before.StateSinceUnixMs);
        Assert.Equal(SessionState.Alive, Assert.Single(await StoredAsync("ann")).State);
    }

    [Fact]
    public async Task Report_OfAnotherEpoch_IsNotTaken()
    {
        var old = await ClaimedAsync(Single("ann"));
        await ClaimedAsync(Single("ann", OtherRoom));

        Assert.Equal(ReportOutcome.Unknown, await ReportAsync("ann", old, SessionState.Away));
        Assert.Equal(ReportOutcome.Unknown, await ReportAsync("nobody", old, SessionState.Away));
        Assert.Equal(SessionState.Alive, Assert.Single(await StoredAsync("ann")).State);
    }

    [Fact]
    public async Task Report_OfLessSilenceThanBefore_RaisesLastSeenAndMoreDoesNotLowerIt()
    {
        var epoch = await ClaimedAsync(Single("ann"));
        var seen = Assert.Single(await StoredAsync("ann")).LastSeenUnixMs;

        await ReportAsync("ann", epoch, SessionState.Away, silentMs: 3_600_000);
        Assert.Equal(seen, Assert.Single(await StoredAsync("ann")).LastSeenUnixMs);
        await ReportAsync("ann", epoch, SessionState.Away);

        Assert.True(Assert.Single(await StoredAsync("ann")).LastSeenUnixMs >= seen);
    }

    [Fact]
    public async Task End_TellsWhyAndKeepsIt()
    {
        var epoch = await ClaimedAsync(Single("ann", device: "phone"));
        var seen = Assert.Single(await StoredAsync("ann")).LastSeenUnixMs;

        Assert.True(await EndAsync("ann", epoch, code: 3001, silentMs: 3_600_000));
        Assert.False(await EndAsync("ann", epoch, code: 4003));

        Assert.Equal((Kind.Offline, epoch, 3001u), (await EventsAsync("ann"))[^1]);
        Assert.Equal(seen, (await ReadEventsAsync("ann"))[^1].LastSeenUnixMs);
        var expected = new LastSession { Device = "phone", RemoteAddress = "192.0.2.1:50000", LastSeenUnixMs = seen, Code = 3001, Epoch = epoch };
        Assert.Equal(expected, await LastAsync("ann"));
        Assert.Null(await LastAsync("nobody"));
    }

    [Fact]
    public async Task Last_OfSeveralDevices_IsTheNewest()
    {
        var phone = await ClaimedAsync(OnDevice("ann", "phone"));
        var tablet = await ClaimedAsync(OnDevice("ann", "tablet", session: 2));
        await EndAsync("ann", tablet);
        await EndAsync("ann", phone);

        Assert.Equal(("tablet", tablet), ((await LastAsync("ann"))!.Device, (await LastAsync("ann"))!.Epoch));
    }

    [Fact]
    public async Task Last_OfMoreDevicesThanAreKept_IsStillTheNewest()
    {
        ulong epoch = 0;
        for (var i = 0; i < SessionEnd.MaxKept + 8; i++)
        {
            epoch = await ClaimedAsync(OnDevice("ann", $"device-{i}"));
            await EndAsync("ann", epoch);
        }

        Assert.Equal(epoch, (await LastAsync("ann"))!.Epoch);
    }

    [Fact]
    public async Task Revoke_TellsOfEachSession()
    {
        var phone = await ClaimedAsync(OnDevice("ann", "phone"));
        await (await SessionsAsync()).RevokeAsync(App, "ann", CancellationToken.None);

        Assert.Equal((Kind.Offline, phone, 4002u), (await EventsAsync("ann"))[^1]);
        Assert.Equal(4002u, (await LastAsync("ann"))!.Code);
    }

    [Fact]
    public async Task Kick_EndsTellsAndNamesWhomToTell()
    {
        var phone = await ClaimedAsync(OnDevice("ann", "phone"));
        var tablet = await ClaimedAsync(OnDevice("ann", "tablet", session: 2));

        var kicked = await (await SessionsAsync()).KickAsync(App, [new SessionKick("ann", "phone"), new SessionKick("bob")], CancellationToken.None);

        Assert.Equal(phone, Assert.Single(kicked.Ended[0]!).Key.Epoch);
        Assert.Empty(kicked.Ended[1]!);
        var told = Assert.Single(kicked.ToTell, one => one.Epoch == phone);
        Assert.Equal((Room, 4001u), (told.Incarnation, told.Code));
        Assert.Equal([(Kind.Online, phone, 0u), (Kind.Online, tablet, 0u), (Kind.Offline, phone, 4001u)], await EventsAsync("ann"));
        Assert.Equal(tablet, Assert.Single(await StoredAsync("ann")).Key.Epoch);
        Assert.Contains(told, await (await SessionsAsync()).UntoldAsync(2_000, CancellationToken.None));
    }

    [Fact]
    public async Task Sweep_TellsThatTheConnectionIsLost()
    {
        var dead = (ulong)Random.Shared.NextInt64(1, 1L << 40);
        var epoch = await ClaimedAsync(Single("ann", dead));

        Assert.Equal(1, await (await SessionsAsync()).SweepAsync(dead, Partition.Of(App, "ann"), 100, CancellationToken.None));

        Assert.Equal((Kind.Offline, epoch, 3004u), (await EventsAsync("ann"))[^1]);
        Assert.Equal(3004u, (await LastAsync("ann"))!.Code);
        Assert.False(await EndAsync("ann", epoch));
        Assert.Equal(2, (await ReadEventsAsync("ann")).Count);
    }

    private static SessionClaim InState(SessionClaim claim, SessionState state)
    {
        claim.Session.State = state;
        return claim;
    }

    private async Task<ReportOutcome> ReportAsync(string user, ulong epoch, SessionState state, uint silentMs = 0) =>
        Assert.Single(await (await SessionsAsync()).ReportAsync([new StateReport(App, user, epoch, state, silentMs)], CancellationToken.None));

    private async Task<LastSession?> LastAsync(string user) => Assert.Single(await (await SessionsAsync()).LastAsync(App, [user], CancellationToken.None));

    private async Task<IReadOnlyList<(Kind Kind, ulong Epoch, uint Code)>> EventsAsync(string user) =>
        [.. (await ReadEventsAsync(user)).Select(one => (one.Kind, one.Epoch, one.Code))];

    /// <summary>Tests beside this one use the same outbox: they read as this owner too, and nobody removes.</summary>
    private async Task<IReadOnlyList<PresenceEvent>> ReadEventsAsync(string user)
    {
        var turn = await (await _fixture.StoresAsync()).Outbox.TakeAsync(
            Partition.Of(App, user), "tests", TimeSpan.FromMinutes(10), OutboxTurn.MaxEvents, CancellationToken.None);
        return [.. turn.Events.Where(one => one.App == App && one.User == user)];
    }
}

public sealed class MemoryChangeTests(MemoryFixture fixture) : ChangeContract(fixture);

public sealed class RedisChangeTests(RedisFixture fixture) : ChangeContract(fixture);

public sealed class RedisClusterChangeTests(RedisClusterFixture fixture) : ChangeContract(fixture);
