using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.RabbitMq;

/// <summary>The broker is away, dies, freezes. These tests have a broker of their own.</summary>
[Trait("Category", "Slow")]
public sealed class BrokerFaultTests : IAsyncLifetime
{
    /// <summary>Far more than the publish timeout, far less than for ever: what isn't back by then hangs.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(90);
    private readonly RabbitServer _broker = new();
    private readonly BrokerMedium _medium;

    public BrokerFaultTests() => _medium = new BrokerMedium(_broker);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _broker.Resume();
        await _medium.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Start_BrokerIsAway_UnavailableUntilItComes()
    {
        var host = _medium.Open(("PublishTimeout", "00:00:00.500"));
        var received = new Received<int>();
        var consuming = host.Bus.ConsumeRoomAsync(1, (message, _) => Take(received, message), Stop);

        Assert.Equal(PublishOutcome.Unavailable, await host.Bus.PublishToRoomAsync(1, Room(1), Stop).AsTask().WaitAsync(Hang, Stop));
        Assert.False(host.Bus.IsConnected);
        Assert.Contains("bus Unhealthy: RabbitMQ, publishing: amqp://guest@127.0.0.1", await host.HealthAsync(), StringComparison.Ordinal);
        Assert.False(consuming.IsCompleted);

        await _broker.StartAsync();
        await using var room = await consuming.WaitAsync(Recovery, Stop);
        await host.WhenConnectedAsync();
        Assert.Equal(PublishOutcome.Accepted, await host.Bus.PublishToRoomAsync(1, Room(2), Stop));
        await received.ReachAsync(1);
        await Eventually.HoldsAsync(async () => await host.HealthAsync() == "bus Healthy: ", "the service is ready", () => host.HealthAsync().Result);
    }

    [Fact]
    public async Task Kill_UnderLoad_NoPublishHangsAndNothingAcceptedIsLost()
    {
        await _broker.StartAsync();
        var publisher = _medium.Open();
        var consumers = _medium.Open();
        await publisher.WhenConnectedAsync();
        var (toRoom, up) = (new Received<int>(), new Received<(string User, ulong Counter)>());
        await using var room = await consumers.Bus.ConsumeRoomAsync(1, (message, _) => Take(toRoom, message), Stop);
        await using var uplink = await consumers.Bus.ConsumeUplinkAsync((_, batch, _) => Take(up, batch), Stop);
        using var load = new Load(publisher.Bus);

        await Eventually.HoldsAsync(() => load.Accepted.Count > 500, "messages flow before the fault", load.ToString);
        await _broker.KillAsync();
        await Eventually.HoldsAsync(() => load.Unavailable > 50, "publishes fail while the broker is away", load.ToString);
        await _broker.StartAsync();
        var back = (Load: load.Accepted.Count, Room: toRoom.Count, Up: up.Count);
        await Eventually.HoldsAsync(
            () => load.Accepted.Count > back.Load + 500 && toRoom.Count > back.Room && up.Count > back.Up, "messages flow again", load.ToString, Recovery);
        await load.StopAsync();

        Assert.True(load.Longest < Hang, $"a publish took {load.Longest}");
        await Eventually.HoldsAsync(
            () => !load.Accepted.Except(up.Items).Any(),
            "everything that was accepted arrives",
            () => $"{load.Accepted.Except(up.Items).Count()} of {load.Accepted.Count} are missing");

        // Repeats are allowed, overtaking is not.
        Assert.All(up.Items.Distinct().GroupBy(item => item.User), user => Assert.Equal(user.Select(item => item.Counter).Order(), user.Select(item => item.Counter)));
    }

    [Fact]
    public async Task Kill_PresenceSubscription_GoesOnAndSaysThatEventsMayBeLost()
    {
        await _broker.StartAsync();
        var publisher = _medium.Open(("PublishTimeout", "00:00:00.500"));
        var record = new PresenceRecord();
        await using var subscription = await _medium.Open().Bus.SubscribePresenceAsync(record, Stop);
        await publisher.WhenConnectedAsync();
        Assert.Equal(PublishOutcome.Accepted, await publisher.Bus.PublishPresenceAsync(Presence(1), Stop));
        await record.Received.ReachAsync(2);

        await _broker.KillAsync();
        Assert.Equal(PublishOutcome.Unavailable, await publisher.Bus.PublishPresenceAsync(Presence(2), Stop).AsTask().WaitAsync(Hang, Stop));
        await _broker.StartAsync();

        await Eventually.HoldsAsync(() => record.Interruptions == 2, "it is attached again", _medium.Log.ToString, Recovery);
        await publisher.WhenConnectedAsync();
        Assert.Equal(PublishOutcome.Accepted, await publisher.Bus.PublishPresenceAsync(Presence(3), Stop));
        await Eventually.HoldsAsync(() => record.Changes.Last() == 3, "events flow", record.Received.ToString);
        Assert.Equal(0UL, record.Received.Items[2]);
    }

    [Fact]
    public async Task Freeze_UnderLoad_PublishesEndUnavailableAndItRecovers()
    {
        await _broker.StartAsync();
        var publisher = _medium.Open(("PublishTimeout", "00:00:00.500"));
        var consumer = _medium.Open();
        await publisher.WhenConnectedAsync();
        var received = new Received<(string User, ulong Counter)>();
        await using var uplink = await consumer.Bus.ConsumeUplinkAsync((_, batch, _) => Take(received, batch), Stop);
        using var load = new Load(publisher.Bus, bytes: 50_000);
        await Eventually.HoldsAsync(() => load.Accepted.Count > 100, "messages flow before the fault", load.ToString);

        _broker.Freeze();
        await Eventually.HoldsAsync(() => load.Unavailable > 100, "publishes end while the broker is frozen", load.ToString);
        await Eventually.HoldsAsync(() => !publisher.Bus.IsConnected, "the bus says that it is not connected");
        Assert.True(load.Longest < Hang, $"a publish took {load.Longest}");

        // Long enough that the connection is given up (two heartbeats): the harder way back.
        await Eventually.HoldsAsync(
            () => _medium.Log.ToString().Contains("connection lost", StringComparison.Ordinal), "the silent broker is given up", _medium.Log.ToString, Recovery);
        _broker.Resume();
        var back = load.Accepted.Count;
        await Eventually.HoldsAsync(() => load.Accepted.Count > back + 100, "messages flow again", () => $"{load}\n{_medium.Log}", Recovery);
        await load.StopAsync();

        await Eventually.HoldsAsync(
            () => !load.Accepted.Except(received.Items).Any(), "everything that was accepted arrives",
            () => $"{load.Accepted.Except(received.Items).Count()} of {load.Accepted.Count} are missing", Recovery);
        Assert.True(load.Longest < Hang, $"a publish took {load.Longest}");
    }

    [Fact]
    public async Task Freeze_Shortly_TheSameConnectionGoesOn()
    {
        await _broker.StartAsync();
        var host = _medium.Open(("PublishTimeout", "00:00:00.300"));
        await host.WhenConnectedAsync();

        _broker.Freeze();
        Assert.Equal(PublishOutcome.Unavailable, await host.Bus.PublishUplinkAsync(Uplink("ann", 1), Stop).AsTask().WaitAsync(Hang, Stop));
        Assert.False(host.Bus.IsConnected);
        _broker.Resume();

        await host.WhenConnectedAsync();
        Assert.Equal(PublishOutcome.Accepted, await host.Bus.PublishUplinkAsync(Uplink("ann", 2), Stop));
        Assert.DoesNotContain("connection lost", _medium.Log.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Given up by the library ("End of stream") it may end the process.</summary>
    [Fact]
    public async Task Freeze_NothingIsPublished_GivenUpBeforeTheLibraryDoes()
    {
        await _broker.StartAsync();
        var host = _medium.Open(("Heartbeat", "00:00:02"));
        await host.WhenConnectedAsync();
        await using var room = await host.Bus.ConsumeRoomAsync(1, (_, _) => ValueTask.CompletedTask, Stop);

        _broker.Freeze();
        await Eventually.HoldsAsync(() => Lost("publishing") && Lost("consuming"), "both connections are given up", _medium.Log.ToString, Recovery);
        _broker.Resume();

        Assert.DoesNotContain("End of stream", _medium.Log.ToString(), StringComparison.Ordinal);
        await host.WhenConnectedAsync();

        bool Lost(string purpose) => _medium.Log.ToString().Contains($"{purpose}): the broker answered nothing for 3 s", StringComparison.Ordinal)
            || _medium.Log.ToString().Contains($"{purpose}): End of stream", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_BrokerIsFrozen_Ends()
    {
        await _broker.StartAsync();
        var host = _medium.Open(("PublishTimeout", "00:00:00.500"));
        await host.WhenConnectedAsync();
        await host.Bus.ConsumeRoomAsync(1, (_, _) => ValueTask.CompletedTask, Stop);
        _broker.Freeze();
        var publishing = host.Bus.PublishUplinkAsync(Uplink("ann", 1), Stop).AsTask();

        await host.DisposeAsync().AsTask().WaitAsync(Hang, Stop);

        Assert.Equal(PublishOutcome.Unavailable, await publishing);
    }

    private static ValueTask Take(Received<int> received, RoomMessage message)
    {
        received.Add(Number(message));
        return ValueTask.CompletedTask;
    }

    private static ValueTask Take(Received<(string User, ulong Counter)> received, IReadOnlyList<UplinkMessage> batch)
    {
        foreach (var message in batch)
        {
            received.Add((message.User, message.Counter));
        }

        return ValueTask.CompletedTask;
    }
}
