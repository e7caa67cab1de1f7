using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Register.Tests.Presence;

/// <summary>Two registers on one Redis: both relay, and both sweep.</summary>
public sealed class TwoRelaysTests : IAsyncLifetime
{
    private const int Users = 400;
    private readonly RedisServer _redis = new();
    private RunningRegister _one = null!;
    private RunningRegister _other = null!;

    public async ValueTask InitializeAsync()
    {
        await _redis.StartAsync();
        _one = await RunningRegister.OnRedisAsync(_redis.Endpoint, ("Rooms:LeaseTime", "00:00:01"), ("Presence:Hold", "00:00:01"));
        _other = await RunningRegister.OnRedisAsync(_redis.Endpoint, ("Rooms:LeaseTime", "00:00:01"), ("Presence:Hold", "00:00:01"));
        foreach (var register in new[] { _one, _other })
        {
            await Eventually.HoldsAsync(async () => (await register.ReadyAsync()).Ready, "the register is ready");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Sessions_ClaimedByBothAndSweptByBoth_AreToldInOrder()
    {
        var room = await TestRoom.OpenAsync(_one.Rooms, "room-1");
        var held = Enumerable.Range(0, Users).Select(i => new Claim { App = "default", User = $"user-{i}", Session = (ulong)i, HeldEpoch = 1_000 }).ToArray();
        await Task.WhenAll(held.Chunk(20).Select((batch, i) => (i % 2 == 0 ? _one : _other).ClaimAsync(room.Incarnation, batch)));

        room.Dispose();

        await Eventually.HoldsAsync(
            () => Told().Where(one => one.Kind == Kind.Offline).DistinctBy(one => one.User).Count() == Users,
            "all went offline",
            () => string.Join(' ', Told().GroupBy(one => one.Kind).Select(group => $"{group.Key}: {group.Count()}")));
        Assert.Equal(Users, Told().Where(one => one.Kind == Kind.Online).DistinctBy(one => one.User).Count());
        foreach (var bus in new[] { _one.Bus, _other.Bus })
        {
            Assert.All(
                bus.Presence.GroupBy(one => one.Partition),
                partition => Assert.Equal(partition.Select(one => one.Change).Order(), partition.Select(one => one.Change)));
        }

        // Each change is one event, whoever swept it.
        Assert.Equal(2 * Users, Told().DistinctBy(one => (one.Partition, one.Change)).Count());

        Contracts.Bus.PresenceEvent[] Told() => [.. _one.Bus.Presence.ToArray(), .. _other.Bus.Presence.ToArray()];
    }
}
