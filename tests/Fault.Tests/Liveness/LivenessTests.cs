using Microservices.Contracts.Center;
using Microservices.Protocol;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Fault.Tests.Liveness;

/// <summary>The two presets on real processes, with short times.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class LivenessTests(FaultCluster fixture)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    [FaultFact]
    public async Task Strict_SilentClients_AreCutAndTheOthersStay()
    {
        await using var world = await FaultWorld.StartAsync(
            fixture, FaultSizes.Users, new AppDescription { LivenessPreset = "strict", MinHeartbeatMs = 500, SilenceLimitMs = 6_000 }, Beat, heartbeatMs: 500);
        await Crowd.LoginAsync(world.Members, Crowd.Across(world.Cluster.Gateways));
        await world.WaitUntilPresenceIsRightAsync();
        Member[] silent = [.. world.Members.Where(static (_, i) => i % 3 == 0)];

        Silence(silent, silent: true);

        await Crowd.WaitUntilClosedAsync(silent, world.State);
        await world.WaitUntilPresenceIsRightAsync();
        foreach (var member in silent)
        {
            Assert.Equal(Code.HeartbeatTimeout, (await member.Connection!.End).Code);
            var events = await EventsAsync(world, member, 2);
            Assert.Equal([Kind.Online, Kind.Offline], events.Select(static happened => happened.Kind));
            Assert.Equal((uint)Code.HeartbeatTimeout, events[^1].Code);
        }

        Assert.All(world.Members.Except(silent), member => Assert.True(member.IsConnected, $"{member}\n{world.State()}"));
    }

    [FaultFact]
    public async Task Patient_SilentClients_AreAwayThenBackOrGone()
    {
        await using var world = await FaultWorld.StartAsync(
            fixture,
            FaultSizes.Users,
            new AppDescription { LivenessPreset = "patient", MinHeartbeatMs = 500, DefaultHeartbeatMs = 500, LivenessAwayMs = 6_000 },
            Beat,
            heartbeatMs: 500);
        await Crowd.LoginAsync(world.Members, Crowd.Across(world.Cluster.Gateways));
        await world.WaitUntilPresenceIsRightAsync();
        Member[] returning = [.. world.Members.Where(static (_, i) => i % 3 == 0)];
        Member[] leaving = [.. world.Members.Where(static (_, i) => i % 3 == 1)];

        Silence(returning, silent: true);
        await WaitForKindAsync(world, returning, Kind.Away);
        Assert.All(returning, member => Assert.True(member.IsConnected, $"{member}\n{world.State()}"));
        Silence(returning, silent: false);
        await WaitForKindAsync(world, returning, Kind.Back);

        Silence(leaving, silent: true);
        await WaitForKindAsync(world, leaving, Kind.Away);
        Assert.Contains(await StatesAsync(world, leaving), static state => state == OnlineState.Away);
        await Crowd.WaitUntilClosedAsync(leaving, world.State);
        await world.WaitUntilPresenceIsRightAsync();

        foreach (var member in leaving)
        {
            Assert.Equal(Code.HeartbeatTimeout, (await member.Connection!.End).Code);
            AssertKinds(await EventsAsync(world, member, 3), Kind.Away, Kind.Offline);
        }

        foreach (var member in returning)
        {
            AssertKinds(await EventsAsync(world, member, 3), Kind.Away, Kind.Back);
            Assert.True(member.IsConnected, $"{member}\n{world.State()}");
        }

        Assert.All(await StatesAsync(world, returning), static state => Assert.Equal(OnlineState.Alive, state));
    }

    private static void Silence(IEnumerable<Member> members, bool silent)
    {
        foreach (var member in members)
        {
            member.IsSilent = silent;
        }
    }

    private static Task WaitForKindAsync(FaultWorld world, Member[] members, Kind kind) =>
        Eventually.HoldsAsync(
            () =>
            {
                var told = world.Raw.Events.Where(happened => happened.App == world.App && happened.Kind == kind).Select(static happened => happened.User).ToHashSet();
                return members.All(member => told.Contains(member.User.Name));
            },
            $"the event {kind} of {members.Length} users",
            world.State,
            TimeSpan.FromSeconds(60));

    private static async Task<IReadOnlyList<Contracts.Bus.PresenceEvent>> EventsAsync(FaultWorld world, Member member, int atLeast)
    {
        await Eventually.HoldsAsync(() => world.Raw.Of(member.User.Name).Count >= atLeast, $"{atLeast} events of {member.User.Name}", world.State);
        return world.Raw.Of(member.User.Name);
    }

    // Online first, these at the end; between them, on a machine that kept a client from beating, away and back.
    private static void AssertKinds(IReadOnlyList<Contracts.Bus.PresenceEvent> events, params Kind[] last)
    {
        Kind[] kinds = [.. events.Select(static happened => happened.Kind)];
        Assert.Equal(Kind.Online, kinds[0]);
        Assert.Equal(last, kinds[^last.Length..]);
        Assert.All(kinds[1..^last.Length].Index(), static one => Assert.Equal(one.Index % 2 == 0 ? Kind.Away : Kind.Back, one.Item));
    }

    private static async Task<IReadOnlyList<OnlineState>> StatesAsync(FaultWorld world, IEnumerable<Member> members)
    {
        var reading = await PresenceReading.TryOfUsersAsync(world.Cluster.Center(), world.App, members.Select(static member => member.User.Name));
        return [.. reading!.Sessions.Values.SelectMany(static sessions => sessions).Select(static session => session.State)];
    }
}
