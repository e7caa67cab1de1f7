using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microservices.Bus;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using CenterClient = Microservices.Contracts.Center.Center.CenterClient;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Tests.Components;

/// <summary>Centers as processes, on a real broker that isn't there at first.</summary>
[Trait("Category", "Slow")]
public sealed class RabbitTests
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task Centers_BrokerAbsentThenThereThenOneCenterKilled_WaitRecoverAndLoseNothing()
    {
        await using var broker = new RabbitServer();
        var uri = broker.TakeVirtualHost();
        await using var services = NewBus(uri);
        await using var world = await World.StartWithoutCenterAsync(services.GetRequiredService<IBus>());
        int[] ports = [FreePorts.Take(), FreePorts.Take(), FreePorts.Take(), FreePorts.Take()];
        await using var killed = await CenterProcess.StartAsync(uri, world.Register.Address.ToString(), world.KeyFile, ports[0], ports[1]);
        await using var staying = await CenterProcess.StartAsync(uri, world.Register.Address.ToString(), world.KeyFile, ports[2], ports[3]);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{ports[2]}");
        var client = new CenterClient(channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {world.Key}");
            return headers;
        }));

        // The broker is absent: not ready, and a push to everybody is refused in bounded time.
        await Eventually.HoldsAsync(async () => (await ReadinessAsync(ports[3])).Contains("bus", StringComparison.Ordinal), "the center says that the bus is missing");
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.PushAsync(Everybody()));
        Assert.Equal((StatusCode.Unavailable, "try_later"), (refused.StatusCode, refused.Trailers.GetValue("code")));

        // What is kept is accepted meanwhile.
        var kept = Everybody();
        (kept.Qos, kept.Key) = (Qos.AtLeastOnce, "while-it-was-away");
        var accepted = await client.PushAsync(kept);
        Assert.Equal((0u, 1ul, false), (accepted.Rooms, accepted.Position.Seq, accepted.Repeated));
        var toUser = new PushRequest { App = "default", Users = new Users { Users_ = { "off" } }, Payload = kept.Payload, Qos = Qos.AtLeastOnce };
        Assert.Equal(Outcome.Kept, (await client.PushAsync(toUser)).Outcomes[0].Outcome);

        // It comes.
        await broker.StartAsync();
        await killed.WaitUntilReadyAsync(ports[1]);
        await staying.WaitUntilReadyAsync(ports[3]);
        var load = new ChatLoad(await world.OpenRoomAsync("room-1"), await world.OpenRoomAsync("room-2"), senders: 12, messagesEach: 150);
        await load.LoginAsync();
        await Eventually.HoldsAsync(async () => (await client.PushAsync(Everybody())).Rooms == 2, "the center knows both rooms");

        var again = await client.PushAsync(kept);
        Assert.Equal((accepted.MessageId, accepted.Position, 2u, true), (again.MessageId, again.Position, again.Rooms, again.Repeated));

        // A center dies in the middle of the talk.
        var sending = load.SendAsync();
        await Eventually.HoldsAsync(() => load.Came > load.Expected / 10, "it has begun");
        await killed.KillAsync();
        await sending;
        await load.CheckAsync();

        // A room that is gone is reported.
        await using var watch = await Watch.StartAsync(client, "default", "dan");
        var room = await world.OpenRoomAsync("room-3");
        await room.LoginAsync("dan");
        await watch.SeesAsync("STARTED", "Online dan");
        await room.LoseQueueAsync();
        var gone = await client.PushAsync(new PushRequest { App = "default", Users = new Users { Users_ = { "dan", "bob" } }, Payload = ByteString.CopyFromUtf8("x") });
        Assert.Equal([(Outcome.Undelivered, "room_gone"), (Outcome.Sent, "")], gone.Outcomes.Select(one => (one.Outcome, one.Code)));

        // The other one ends in order.
        staying.Send(Signal.Terminate);
        Assert.Equal(0, await staying.WaitForExitAsync());
        Assert.DoesNotContain("fail:", staying.Output, StringComparison.Ordinal);
    }

    private static PushRequest Everybody() => new() { App = "shop", Everybody = new Everybody(), Payload = ByteString.CopyFromUtf8("x") };

    private static ServiceProvider NewBus(string uri)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Bus:Uri", uri)]).Build();
        return new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddBus(configuration).BuildServiceProvider();
    }

    private static async Task<string> ReadinessAsync(int adminPort)
    {
        try
        {
            using var reply = await Http.GetAsync(new Uri($"http://127.0.0.1:{adminPort}/readyz"));
            return await reply.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }
}
