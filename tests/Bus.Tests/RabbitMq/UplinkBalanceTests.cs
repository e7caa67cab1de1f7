using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.RabbitMq;

public sealed class UplinkBalanceTests(Broker broker) : IAsyncLifetime
{
    private readonly BrokerMedium _medium = new(broker.Server);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _medium.DisposeAsync();

    [Fact]
    public async Task ConsumeUplink_AnotherConsumerComesUnderLoad_QueuesAreSharedInOrder()
    {
        var counters = new Received<(string User, ulong Counter)>();
        var owners = new Received<(int Consumer, int Queue)>();
        for (var i = 0; i < 3; i++)
        {
            var consumer = i;
            await _medium.Open(("UplinkBalanceInterval", "00:00:00.500"), ("UplinkPrefetch", 8)).Bus.ConsumeUplinkAsync(
                (queue, batch, _) =>
                {
                    owners.Add((consumer, queue));
                    foreach (var message in batch)
                    {
                        counters.Add((message.User, message.Counter));
                    }

                    return ValueTask.CompletedTask;
                },
                Stop);
        }

        var publisher = _medium.Open().Bus;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var publishing = Task.WhenAll(Enumerable.Range(0, 64).Select(user => PublishAsync(publisher, $"user{user}", enough.Token)));
        await Eventually.HoldsAsync(
            () => Recent(owners).All(consumer => consumer.Count() is >= 3 and <= 8) && Recent(owners).Count() == 3,
            "three consumers have about a third of the queues each",
            () => string.Join(", ", Recent(owners).Select(consumer => $"{consumer.Key}: {consumer.Count()}")));
        await enough.CancelAsync();
        var sent = await publishing;

        await Eventually.HoldsAsync(() => counters.Items.Distinct().Count() == sent.Sum(), "all arrive", () => $"{counters.Count} of {sent.Sum()}");
        Assert.All(
            counters.Items.Distinct().GroupBy(item => item.User, item => item.Counter),
            user => Assert.Equal(Enumerable.Range(1, user.Count()).Select(number => (ulong)number), user));
    }

    /// <summary>Who handled which queue last, by consumer.</summary>
    private static IEnumerable<IGrouping<int, int>> Recent(Received<(int Consumer, int Queue)> owners) =>
        owners.Items.GroupBy(item => item.Queue).Select(queue => queue.Last()).GroupBy(item => item.Consumer, item => item.Queue);

    private static async Task<int> PublishAsync(IBus bus, string user, CancellationToken enough)
    {
        var sent = 0;
        while (!enough.IsCancellationRequested)
        {
            Assert.Equal(PublishOutcome.Accepted, await bus.PublishUplinkAsync(Uplink(user, ++sent), Stop));
            await Task.Delay(20, CancellationToken.None);
        }

        return sent;
    }
}
