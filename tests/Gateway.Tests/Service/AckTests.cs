using Grpc.Core;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Command 6, what register is told of it, and what becomes of who does not acknowledge.</summary>
public class AckTests
{
    [Theory]
    [InlineData("inbox", 1_000ul, 3ul, Code.UnknownPosition)]
    [InlineData("inbox", 1_001ul, 1ul, Code.UnknownPosition)]
    [InlineData("all", 1_000ul, 1ul, Code.UnknownPosition)]
    [InlineData("inbox", ulong.MaxValue, ulong.MaxValue, Code.UnknownPosition)]
    [InlineData("group", 1_000ul, 1ul, Code.UnknownChannel)]
    [InlineData("", 1_000ul, 1ul, Code.UnknownChannel)]
    public async Task Ack_OfWhatWasNotSent_IsToldAndTheConnectionGoesOn(string channel, ulong epoch, ulong seq, Code expected)
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Keep("ann", "a", "b");
        var client = await LogInAsync(gateway, "ann");
        await client.ReadPushesAsync("a", "b");

        client.Acknowledge(channel, epoch, seq, "q1");

        var error = await client.ReadErrorAsync(expected);
        Assert.Equal((Command.Ack, "q1"), (error.Command, error.Id));
        client.Acknowledge("inbox", 1_000, 2);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann")?.Seq == 2, "the good one counts");
    }

    [Fact]
    public async Task Ack_WithOneBadPosition_TakesTheOthers()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Keep("ann", "a", "b");
        var client = await LogInAsync(gateway, "ann");
        await client.ReadPushesAsync("a", "b");

        client.Send(Command.Ack, new Ack
        {
            Positions =
            [
                new ChannelPosition { Channel = "other", Epoch = 1, Seq = 1 },
                new ChannelPosition { Channel = "inbox", Epoch = 1_000, Seq = 1 },
                new ChannelPosition { Channel = "inbox", Epoch = 1_000, Seq = 9 },
            ],
        });

        await client.ReadErrorAsync(Code.UnknownChannel);
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann")?.Seq == 1, "the good one counts");
    }

    [Fact]
    public async Task Ack_WithTooMany_IsRefusedWhole()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Keep("ann", "a");
        var client = await LogInAsync(gateway, "ann");
        await client.ReadPushesAsync("a");

        client.Send(Command.Ack, new Ack { Positions = [.. Enumerable.Repeat(new ChannelPosition { Channel = "inbox", Epoch = 1_000, Seq = 1 }, 17)] });

        Assert.Contains("16", (await client.ReadErrorAsync(Code.InvalidArgument)).Message, StringComparison.Ordinal);
        Assert.Equal(1, gateway.Get<ChannelMetrics>().InFlight);
    }

    [Fact]
    public async Task Ack_ThatIsOldOrRepeated_IsNoError()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Keep("ann", "a", "b");
        var client = await LogInAsync(gateway, "ann");
        await client.ReadPushesAsync("a", "b");

        client.Acknowledge("inbox", 1_000, 2);
        client.Acknowledge("inbox", 1_000, 2);
        client.Acknowledge("inbox", 1_000, 1);
        client.Acknowledge("inbox", 1, 99);

        Assert.Empty(await client.ReadUntilAnsweredAsync());
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann")?.Seq == 2, "the cursor does not go back");
        Assert.Equal(3, gateway.Get<ChannelMetrics>().Acks(AckVerdict.Old));
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(1100u)]
    public async Task Ack_OfAClientThatDidNotAskForIt_IsForbidden(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann", version);

        client.Acknowledge("inbox", 1_000, 1);

        await client.ReadErrorAsync(Code.Forbidden);
    }

    [Fact]
    public async Task Ack_ThatDoesNotParse_IsMalformed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await LogInAsync(gateway, "ann");

        client.Send([.. TestClient.Header(14, 2, (uint)Command.Ack), 0x0a, 0xff]);

        await client.ReadErrorAsync(Code.MalformedBody);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Cursors_AreTold_AgainWhileRegisterIsAway_AndOnlyTheLatest()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var isAway = true;
        gateway.Register.Logs.OnAck = _ => Volatile.Read(ref isAway) ? throw new RpcException(new Status(StatusCode.Unavailable, "away")) : Task.CompletedTask;
        string[] texts = [.. Enumerable.Range(0, 40).Select(static i => $"t{i}")];
        gateway.Keep("ann", texts);
        var client = await LogInAsync(gateway, "ann");
        foreach (var push in await client.ReadPushesAsync(texts))
        {
            client.Acknowledge(push);
        }

        await client.ReadUntilAnsweredAsync();
        await Eventually.HoldsAsync(() => gateway.Register.Logs.Acks.Count >= 2, "it is tried again");
        Volatile.Write(ref isAway, false);

        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann")?.Seq == 40, "it is told");
        Assert.All(gateway.Register.Logs.Acks, static call => Assert.True(call.Acks.Count <= 1));
        await Eventually.HoldsAsync(() => gateway.Get<CursorReports>().Unfinished == 0, "nothing waits");
    }

    [Theory]
    [InlineData(AckOutcome.UnknownPosition)]
    [InlineData(AckOutcome.Invalid)]
    public async Task Cursors_ThatRegisterRefuses_AreNotToldForEver(AckOutcome outcome)
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.ForcedAcks["ann"] = outcome;
        gateway.Keep("ann", "a");
        gateway.Keep("bob", "b");
        var ann = await LogInAsync(gateway, "ann");
        var bob = await LogInAsync(gateway, "bob");
        await ann.ReadPushesAsync("a");
        await bob.ReadPushesAsync("b");

        ann.Acknowledge("inbox", 1_000, 1);
        bob.Acknowledge("inbox", 1_000, 1);

        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("bob")?.Seq == 1, "others are told");
        await Eventually.HoldsAsync(() => gateway.Get<ChannelMetrics>().Cursors(outcome) == 1, "it was refused");
        await Eventually.HoldsAsync(() => gateway.Get<CursorReports>().Unfinished == 0, "nothing waits");
        Assert.Empty(await ann.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task CursorOfAll_IsToldWithTheEndOfTheSession()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Delivery:SharedCursorInterval", "01:00:00"));
        var client = await LogInAsync(gateway, "ann");
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").All.WasOpened, "it is open");
        var position = await gateway.PushToAllAsync("a");
        client.Acknowledge((await client.ReadPushesAsync("a"))[0]);
        await client.ReadUntilAnsweredAsync();
        await Eventually.HoldsAsync(() => gateway.Get<ChannelMetrics>().Acks(AckVerdict.Taken) == 1, "it is acknowledged");
        Assert.False(gateway.Register.Logs.IsAt("ann", position, all: true));

        client.Send(Command.Goodbye);

        await Eventually.HoldsAsync(() => gateway.Register.Logs.IsAt("ann", position, all: true), "it is told");
    }

    [Fact]
    public async Task CursorOfAll_IsToldNowAndThen()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Delivery:SharedCursorInterval", "00:00:00.100"));
        var client = await LogInAsync(gateway, "ann");
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").All.WasOpened, "it is open");

        for (var i = 0; i < 3; i++)
        {
            var position = await gateway.PushToAllAsync($"{i}");
            client.Acknowledge((await client.ReadPushesAsync($"{i}"))[0]);
            await Eventually.HoldsAsync(() => gateway.Register.Logs.IsAt("ann", position, all: true), "it is told");
        }
    }

    [Fact]
    public async Task Stop_TellsWhatWasAcknowledged()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Delivery:SharedCursorInterval", "01:00:00"));
        var client = await LogInAsync(gateway, "ann");
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").All.WasOpened, "it is open");
        var all = await gateway.PushToAllAsync("a");
        var inbox = await gateway.PushKeptAsync("ann", "b");
        client.Acknowledge((await client.ReadPushesAsync("a"))[0]);
        client.Acknowledge((await client.ReadPushesAsync("b"))[0]);
        await client.ReadUntilAnsweredAsync();

        var stopping = gateway.StopAsync();
        await client.ReadAsync<Directive>(Command.Directive);
        client.Dispose();
        await stopping;

        Assert.True(gateway.Register.Logs.IsAt("ann", all, all: true));
        Assert.True(gateway.Register.Logs.IsAt("ann", inbox));
        Assert.Contains("acknowledgements told; 0 not told", gateway.StopSteps);
    }

    [Fact]
    public async Task Client_ThatDoesNotAcknowledgeInTime_IsToldToReconnect()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.PutKeep(new KeepPolicy { AckTimeoutMs = 1_000 });
        await Eventually.HoldsAsync(() => gateway.Apps.Find("default")?.Policy.AckTimeoutMs == 1_000, "the policy is known");
        gateway.Keep("ann", "a", "b");
        var client = await LogInAsync(gateway, "ann");
        await client.ReadPushesAsync("a", "b");
        client.Acknowledge("inbox", 1_000, 1);

        var directive = await client.ReadAsync<Directive>(Command.Directive);

        Assert.Equal(("reconnect", Code.AckTimeout), (directive.Action, directive.Code));
        await client.ReadEndAsync();
        Assert.Equal(1, gateway.Metrics.Closes(Code.AckTimeout));
        Assert.Equal(0, gateway.Get<ChannelMetrics>().InFlight);
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(static end => end.Code == (uint)Code.AckTimeout), "the session has ended");
    }

    [Fact]
    public async Task Client_ThatAcknowledgesInTime_Stays()
    {
        var time = new ManualTime();
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister(), time);
        var client = await LogInAsync(gateway, "ann");
        for (var i = 0; i < 5; i++)
        {
            await gateway.PushKeptAsync("ann", $"{i}");
            var push = (await client.ReadPushesAsync($"{i}"))[0];
            for (var second = 0; second < 20; second++)
            {
                time.Advance(TimeSpan.FromSeconds(0.9));
                client.Send(Command.Heartbeat);
            }

            client.Acknowledge(push);
            Assert.Empty(await client.ReadUntilAnsweredAsync());
        }

        Assert.Equal(0, gateway.Metrics.Closes(Code.AckTimeout));
    }

    private static Task<TestClient> LogInAsync(RunningGateway gateway, string user) => gateway.LogInAsync(user, features: Features.Ack);
}
