using Microservices.Client;
using Microservices.Client.Cursors;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Client.Receiving;
using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>A client that ends after its handler has finished and before that is saved.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class KilledClientTests(FaultCluster fixture)
{
    private const int Messages = 20;

    [FaultFact]
    public async Task KilledBetweenHandlerAndSave_SeesTheRepeatAndMissesNothing()
    {
        var cluster = await fixture.GetAsync();
        using var folder = new TempFolder();
        await using var link = Link.StartNew(cluster.Gateways[0].Port);
        var store = new DyingStore(Path.Combine(folder.Path, "cursors"));
        await using var world = await DeliveryWorld.StartAsync(fixture, new DeliverySetup
        {
            Clients = 1,
            Endpoints = _ => [new Endpoint("127.0.0.1", link.Port)],
            Cursors = _ => store,
        });
        var one = world.Addressees[0];
        await world.Sender.SendAsync(Messages, FaultSizes.Rate);
        await world.WaitUntilReceivedAsync();
        await world.WaitUntilNothingIsPendingAsync();

        store.Die();
        await world.Sender.SendAsync(Messages, FaultSizes.Rate);
        await world.WaitUntilReceivedAsync();
        world.CheckReceived();
        link.Refuses = true;
        link.Cut(reset: true);
        var restarting = world.Receivers[0].RestartAsync(TimeSpan.FromMilliseconds(500));
        await store.ReviveAsync();
        link.Refuses = false;
        await restarting;

        await Eventually.HoldsAsync(() => one.Receiver.Count >= 3 * Messages, "what was handled and not saved comes again", world.State);
        await world.Sender.SendAsync(Messages, FaultSizes.Rate);
        await Eventually.HoldsAsync(() => one.Receiver.Count >= 4 * Messages, "what is new comes after it", world.State);
        var texts = one.Accepted.Select(static message => message.Text).ToArray();
        Assert.Equal([.. texts[..(2 * Messages)], .. texts[Messages..]], one.Receiver.Received.Select(static reception => reception.Text));
        var ledger = await world.WaitUntilNothingIsPendingAsync();
        Assert.Equal((3UL * Messages, 3UL * Messages), (ledger.Accepted, ledger.Acknowledged));
    }

    /// <summary>Cursors in a file, of a process that stands still at the next save, and then is gone.</summary>
    private sealed class DyingStore(string path) : ICursorStore
    {
        private readonly TaskCompletionSource _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private FileCursorStore _file = FileCursorStore.Open(path);
        private volatile bool _dead;

        public void Die() => _dead = true;

        /// <summary>The next process opens the file.</summary>
        public async Task ReviveAsync()
        {
            await _stuck.Task;
            _file.Dispose();
            _file = FileCursorStore.Open(path);
            _dead = false;
        }

        public ValueTask<MessagePosition?> LoadAsync(CursorKey key, CancellationToken cancellationToken) => _file.LoadAsync(key, cancellationToken);

        public async ValueTask SaveAsync(CursorKey key, MessagePosition position, CancellationToken cancellationToken)
        {
            if (_dead)
            {
                _stuck.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            await _file.SaveAsync(key, position, cancellationToken);
        }
    }
}
