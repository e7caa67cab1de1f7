using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Register.Presence;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Register.Tests.Store;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Session = Microservices.Contracts.Register.Session;
using SessionKey = Microservices.Contracts.Register.SessionKey;

namespace Microservices.Register.Tests.Presence;

/// <summary>Relays on a store of their own, as in registers side by side.</summary>
public sealed class OutboxRelayTests : IAsyncLifetime
{
    private const string App = "relayed";
    private readonly Stores _stores = Stores.Memory();
    private readonly RecordingBus _bus = new();
    private RunningRegister _register = null!;

    public async ValueTask InitializeAsync() => _register = await RunningRegister.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _register.DisposeAsync();
        await _stores.DisposeAsync();
    }

    [Fact]
    public async Task Relay_OfMoreThanATurnHolds_PublishesAllInOrder()
    {
        var partition = await ChangeAsync("ann", logins: 651);

        Assert.Null(await Relay(_bus).RelayAsync(partition, default));

        Assert.Equal(1_301, _bus.Presence.Count);
        Assert.Equal(_bus.Presence.Select(one => one.Change).Order(), _bus.Presence.Select(one => one.Change));
        Assert.Empty(await _stores.Outbox.PendingAsync(default));
    }

    [Fact]
    public async Task Relay_OfARoomThatLives_NamesIt()
    {
        using var room = await TestRoom.OpenAsync(_register.Rooms, "named");
        var partition = await ChangeAsync("ann", logins: 1, room.Incarnation);

        await Relay(_bus).RelayAsync(partition, default);

        Assert.Equal("named", Assert.Single(_bus.Presence).Room);
    }

    [Fact]
    public async Task Relay_WhenTheBusRefusesOne_KeepsItAndWhatFollows()
    {
        var partition = await ChangeAsync("ann", logins: 3);
        var seen = 0;
        _bus.Judge = _ => Task.FromResult(Interlocked.Increment(ref seen) == 3 ? PublishOutcome.Unavailable : PublishOutcome.Accepted);
        var relay = Relay(_bus);

        var waiting = await relay.RelayAsync(partition, default);
        var before = _bus.Presence.Select(one => one.Change).ToArray();
        _bus.Presence.Clear();
        Assert.Null(await relay.RelayAsync(partition, default));

        Assert.NotNull(waiting);
        Assert.Equal(4, before.Length);
        Assert.Equal(3, _bus.Presence.Count);
        Assert.Equal(5, before.Concat(_bus.Presence.Select(one => one.Change)).Distinct().Count());
    }

    [Fact]
    public async Task Relay_FrozenWhileItPublishesAndWoken_RemovesNothingOfTheOther()
    {
        var partition = await ChangeAsync("ann", logins: 2);
        var isPublishing = new TaskCompletionSource();
        var wake = new TaskCompletionSource<PublishOutcome>();
        var frozenBus = new RecordingBus
        {
            Judge = _ =>
            {
                isPublishing.TrySetResult();
                return wake.Task;
            },
        };
        var frozen = Relay(frozenBus, hold: TimeSpan.FromMilliseconds(50)).RelayAsync(partition, default);
        await isPublishing.Task;
        var other = Relay(_bus);
        await Eventually.HoldsAsync(
            async () =>
            {
                await other.RelayAsync(partition, default);
                return _bus.Presence.Count == 3;
            },
            "the other relays when the hold is over");

        // The other holds the partition with events that are not published yet while the frozen one wakes.
        await ChangeAsync("ann", logins: 1);
        var turn = await _stores.Outbox.TakeAsync(partition, "third", TimeSpan.FromMinutes(1), 10, default);
        wake.SetResult(PublishOutcome.Accepted);
        Assert.Null(await frozen);

        Assert.Equal(3, frozenBus.Presence.Count);
        Assert.Equal(2, turn.Events.Count);
        Assert.Equal(partition, Assert.Single(await _stores.Outbox.PendingAsync(default)));
    }

    private OutboxRelay Relay(IBus bus, TimeSpan? hold = null) => new(
        _stores.Outbox,
        bus,
        _register.App.Services.GetRequiredService<LiveRooms>(),
        new PresenceOptions { Hold = hold ?? TimeSpan.FromMinutes(1) },
        Stores.NewMetrics(),
        TimeProvider.System);

    /// <summary>Logins of one user, each in place of the one before: two events each, but for the first.</summary>
    private async Task<int> ChangeAsync(string user, int logins, ulong incarnation = 0)
    {
        for (var i = 0; i < logins; i++)
        {
            var session = new Session { App = App, User = user, Key = new SessionKey { Session = (ulong)i }, Incarnation = incarnation };
            await _stores.Sessions.ClaimAsync([new SessionClaim(session, PerDevice: false)], default);
        }

        return Partition.Of(App, user);
    }
}
