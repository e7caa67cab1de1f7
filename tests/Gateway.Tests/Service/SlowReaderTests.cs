using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

public class SlowReaderTests
{
    private const int PayloadBytes = 20_000;

    [Fact]
    public async Task Reader_ThatStopsReading_LosesMessagesAndIsClosed_OthersDoNotFeelIt()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:MaxPendingBytes", "65536"), ("Connections:SlowConsumerTimeout", "00:00:01"));
        var stuck = await gateway.LogInAsync("stuck");
        var other = await gateway.LogInAsync("other");
        var stuckKey = gateway.KeyOf("stuck");

        for (var sent = 0; gateway.Metrics.Drops(DropCause.OutboxFull) == 0; sent++)
        {
            Assert.True(sent < 5_000, "nothing is dropped");
            await PushAsync(gateway, stuckKey, gateway.KeyOf("other"));
            await other.ReadAsync<PushDelivery>(Command.Push);
        }

        Assert.True(gateway.Outboxes.PendingBytes <= 65_536);
        await Eventually.HoldsAsync(() => gateway.Metrics.Closes(Code.SlowConsumer) == 1, "the stuck reader is closed");
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(end => end.User == "stuck"), "its session is ended");
        await Eventually.HoldsAsync(() => gateway.Outboxes is { PendingBytes: 0, Backlogs: 0 }, "nothing waits any more");
        await PushAsync(gateway, gateway.KeyOf("other"));
        await other.ReadAsync<PushDelivery>(Command.Push);
    }

    [Fact]
    public async Task Reader_ThatPausesAndReadsOn_GetsWhatWaitedInOrder()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:MaxPendingBytes", "1048576"));
        var slow = await gateway.LogInAsync("slow");
        var key = gateway.KeyOf("slow");
        var sent = 0;
        while (gateway.Outboxes.PendingBytes < 200_000)
        {
            await PushAsync(gateway, key);
            sent++;
            await gateway.UntilHandledAsync();
        }

        for (var i = 1; i <= sent; i++)
        {
            Assert.Equal(PayloadBytes, (await slow.ReadAsync<PushDelivery>(Command.Push)).Payload.Length);
        }

        Assert.Empty(await slow.ReadUntilAnsweredAsync());
        Assert.Equal(0, gateway.Metrics.Drops(DropCause.OutboxFull));
    }

    private static Task PushAsync(RunningGateway gateway, params SessionKey[] keys) =>
        gateway.PushAsync(new Push { Payload = ByteString.CopyFrom(new byte[PayloadBytes]) }, Audience.Several, keys);
}
