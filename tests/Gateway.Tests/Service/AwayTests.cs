using System.Text;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Clients that are away get kept messages gathered.</summary>
public class AwayTests
{
    [Fact]
    public async Task Away_KeptMessagesComeTogetherAfterAWhile_OthersAtOnce()
    {
        await using var gateway = await RunningGateway.StartAsync(settings: ("Delivery:AwayEvery", "00:00:00.300"));
        var client = await LogInAsync(gateway, "ann");
        gateway.SessionOf("ann").IsAway = true;

        foreach (var i in Enumerable.Range(0, 3))
        {
            await SendKeptAsync(gateway, "ann", $"kept-{i}");
        }

        await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("now") }, Audience.One, gateway.KeyOf("ann"));

        Assert.Equal(["now", "kept-0", "kept-1", "kept-2"], await ReadAsync(client, 4));
        Assert.Single(gateway.Register.Logs.Reads);
        await SendKeptAsync(gateway, "ann", "kept-3");
        Assert.Equal(["kept-3"], await ReadAsync(client, 1));
    }

    [Fact]
    public async Task Away_MessageOfAll_IsGatheredAndServedFromMemory()
    {
        await using var gateway = await RunningGateway.StartAsync(settings: ("Delivery:AwayEvery", "00:00:00.300"));
        var (away, other) = (await LogInAsync(gateway, "ann"), await LogInAsync(gateway, "bob"));
        gateway.SessionOf("ann").IsAway = true;
        var position = gateway.Register.Logs.Append("", "all");

        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery { App = "default", Everybody = true, Push = new Push { Payload = ByteString.CopyFromUtf8("all") }, Positions = { position } },
        });

        Assert.Equal(["all"], await ReadAsync(other, 1));
        Assert.Equal(["all"], await ReadAsync(away, 1));
        Assert.Empty(gateway.Register.Logs.Reads);
    }

    [Fact]
    public async Task AliveAgain_WhatWasGatheredComesAtOnce()
    {
        await using var gateway = await RunningGateway.StartAsync(settings: ("Delivery:AwayEvery", "01:00:00"));
        var client = await LogInAsync(gateway, "ann");
        var session = gateway.SessionOf("ann");
        session.IsAway = true;
        await SendKeptAsync(gateway, "ann", "kept");
        await gateway.UntilHandledAsync();
        Assert.DoesNotContain(await client.ReadUntilAnsweredAsync(), static frame => frame.Header.Command == Command.Push);

        session.IsAway = false;
        gateway.Get<ChannelDelivery>().BackAlive(session);

        Assert.Equal(["kept"], await ReadAsync(client, 1));
    }

    [Fact]
    public async Task Away_NothingIsAcknowledged_StaysConnectedUntilItIsAliveForTheAckTimeout()
    {
        var wheel = new ManualTime();
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister(), wheel);
        gateway.Register.PutApp(new Contracts.Register.App
        {
            Name = "default",
            Keep = new Contracts.Register.KeepPolicy { AckTimeoutMs = 20_000 },
            Liveness = new Contracts.Register.LivenessPolicy { Preset = Contracts.Register.LivenessPreset.Patient, MinHeartbeatMs = 2_000, DefaultHeartbeatMs = 2_000 },
        });
        await Eventually.HoldsAsync(() => gateway.Apps.Get("default").Policy.AckTimeoutMs == 20_000, "the gateway knows");
        var client = await gateway.LogInAsync("ann", features: Features.Ack);
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").Inbox.WasOpened, "its channels are open");
        var session = gateway.SessionOf("ann");
        await SendKeptAsync(gateway, "ann", "kept");
        Assert.Equal(["kept"], await ReadAsync(client, 1));

        // Away after 15 s of silence, before the acknowledgement is due.
        await PassAsync(wheel, seconds: 60);
        Assert.True(session.IsAway);
        await client.ReadUntilAnsweredAsync();

        await Eventually.HoldsAsync(
            () =>
            {
                wheel.Advance(TimeSpan.FromMilliseconds(500));
                return BeatsUntilClosed(client, gateway);
            },
            "it is alive again, and closed");
    }

    private static bool BeatsUntilClosed(TestClient client, RunningGateway gateway)
    {
        if (gateway.Metrics.Closes(Code.AckTimeout) == 0)
        {
            client.Send(Command.Heartbeat);
        }

        return gateway.Metrics.Closes(Code.AckTimeout) == 1;
    }

    private static async Task PassAsync(ManualTime wheel, int seconds)
    {
        for (var i = 0; i < seconds * 2; i++)
        {
            wheel.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
    }

    private static async Task<TestClient> LogInAsync(RunningGateway gateway, string user)
    {
        var client = await gateway.LogInAsync(user);
        await Eventually.HoldsAsync(() => gateway.SessionOf(user).All.WasOpened, "its channels are open");
        return client;
    }

    private static Task SendKeptAsync(RunningGateway gateway, string user, string text)
    {
        var position = gateway.Register.Logs.Append(user, text);
        return gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery
            {
                App = "default",
                Recipients = { gateway.KeyOf(user) },
                Positions = { position },
                Push = new Push { Payload = ByteString.CopyFromUtf8(text) },
            },
        });
    }

    private static async Task<List<string>> ReadAsync(TestClient client, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
        {
            texts.Add(Encoding.UTF8.GetString((await client.ReadAsync<PushDelivery>(Command.Push)).Payload.Span));
        }

        return texts;
    }
}
