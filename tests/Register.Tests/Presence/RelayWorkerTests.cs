using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Presence;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Register.Tests.Store;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Register.Tests.Presence;

public sealed class RelayWorkerTests
{
    [Fact]
    public async Task Lane_WithOnePartOfTheStoreAway_RelaysTheOthersAndThatOneLater()
    {
        await using var register = await RunningRegister.StartAsync();
        await using var stores = Stores.Memory();
        var bus = new RecordingBus();
        using var lane = new DirtyLane(0, 1);
        var outbox = new HalfOutbox(stores.Outbox) { Away = await ChangeAsync(stores, "away") };
        var relay = new OutboxRelay(
            outbox, bus, register.App.Services.GetRequiredService<LiveRooms>(), new PresenceOptions(), Stores.NewMetrics(), TimeProvider.System);
        var worker = new RelayWorker(lane, relay, bus, new PresenceOptions(), TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = worker.RunAsync(stop.Token);

        lane.Mark(outbox.Away);
        for (var i = 0; i < 20; i++)
        {
            lane.Mark(await ChangeAsync(stores, $"user-{i}"));
        }

        await Eventually.HoldsAsync(() => bus.Presence.Count == 20, "the others are told", () => $"{bus.Presence.Count}");
        await Eventually.HoldsAsync(() => worker.Failed == 1, "one is set aside");
        outbox.Away = -1;
        await Eventually.HoldsAsync(() => bus.Presence.Count == 21 && worker.Failed == 0, "that one is told too", () => $"{bus.Presence.Count}");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async Task<int> ChangeAsync(Stores stores, string user)
    {
        var session = new Session { App = "worker", User = user, Key = new SessionKey { Session = 1 } };
        await stores.Sessions.ClaimAsync([new SessionClaim(session, PerDevice: false)], default);
        return Partition.Of("worker", user);
    }

    /// <summary>One partition of it doesn't answer.</summary>
    private sealed class HalfOutbox(IEventOutbox inner) : IEventOutbox
    {
        public int Away { get; set; }

        public Task<OutboxTurn> TakeAsync(int partition, string owner, TimeSpan hold, int limit, CancellationToken cancellationToken) =>
            partition == Away
                ? throw new StoreUnavailableException("half of the store", "away")
                : inner.TakeAsync(partition, owner, hold, limit, cancellationToken);

        public Task<bool> RemoveAsync(int partition, ulong fence, ulong uptoChange, CancellationToken cancellationToken) =>
            inner.RemoveAsync(partition, fence, uptoChange, cancellationToken);

        public Task<IReadOnlyList<int>> PendingAsync(CancellationToken cancellationToken) => inner.PendingAsync(cancellationToken);
    }
}
