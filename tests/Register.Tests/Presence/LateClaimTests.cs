using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Register.Tests.Presence;

/// <summary>A claim that is stored for a room when its sessions have been swept: a register that had not heard of the room's death took it.</summary>
public sealed class LateClaimTests
{
    [Fact]
    public async Task Claim_BehindTheSweepOfItsRoom_IsSweptOnceMore()
    {
        // Sweeps go from partition to partition: when the early one's is through, so is the late one's.
        var early = UserIn(static partition => partition >= Partition.Count / 2);
        var late = UserIn(static partition => partition < Partition.Count / 4);
        await using var register = await RunningRegister.StartAsync(("Presence:Hold", "00:00:01"));
        var room = await TestRoom.OpenAsync(register.Rooms);
        await register.ClaimAsync(room.Incarnation, new Claim { App = "default", User = early, Session = 1, HeldEpoch = 1_000 });
        await room.ReleaseAsync();
        await WentOfflineAsync(register, early);

        var session = new Session { App = "default", User = late, Key = new SessionKey { Session = 2 }, Incarnation = room.Incarnation };
        var batch = await register.App.Services.GetRequiredService<ISessionStore>().ClaimAsync([new SessionClaim(session, PerDevice: false, HeldEpoch: 1_000)], default);

        Assert.Equal(ClaimState.Claimed, Assert.Single(batch.Outcomes).State);
        await WentOfflineAsync(register, late);
    }

    private static string UserIn(Predicate<int> isRight) =>
        Enumerable.Range(0, 1_000).Select(static i => $"user-{i}").First(user => isRight(Partition.Of("default", user)));

    private static Task WentOfflineAsync(RunningRegister register, string user) => Eventually.HoldsAsync(
        () => register.Bus.Presence.Any(one => one.User == user && one.Kind == Kind.Offline), $"{user} went offline");
}
