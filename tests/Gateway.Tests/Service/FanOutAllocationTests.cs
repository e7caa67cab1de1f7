using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;

namespace Microservices.Gateway.Tests.Service;

/// <summary>The whole way from the bus to the sockets. A message costs something, its recipients nothing.</summary>
[Collection(nameof(AllocationTests))]
public sealed class FanOutAllocationTests
{
    private const int Few = 4;
    private const int Many = 64;
    private const int Messages = 200;

    // Of less than the smallest object: a message finds the bus idle or at work, and costs more or less.
    private const int AllowedBytesPerFrame = 8;

    [Theory]
    [InlineData(false, false, 256)]
    [InlineData(false, false, 0)]
    [InlineData(false, true, 256)]
    [InlineData(true, false, 256)]
    [InlineData(true, false, 0)]
    [InlineData(true, true, 256)]
    public async Task Push_FromTheBus_CostsNothingForEachRecipient(bool overWebSocket, bool isNamed, int gatherAbove)
    {
        await using var gateway = await RunningGateway.StartAsync(
            new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 }, true, ("Delivery:GatherAboveSessions", $"{gatherAbove}"));
        var clients = new List<TestClient>();
        var few = await MeasureAsync(Few, enough: 0);

        var many = await MeasureAsync(Many, few + Allowed);

        Assert.True(many <= few + Allowed, $"{Messages} messages: {few} bytes to {Few} recipients, {many} bytes to {Many}");
        Assert.Equal(0, gateway.Sessions.All.Count(static session => session.IsClosing));

        async Task<long> MeasureAsync(int recipients, long enough)
        {
            while (clients.Count < recipients)
            {
                clients.Add(overWebSocket ? await gateway.LogInOverWebSocketAsync($"u{clients.Count}") : await gateway.LogInAsync($"u{clients.Count}"));
            }

            var message = new RoomMessage
            {
                Delivery = new Contracts.Bus.Delivery
                {
                    App = "default",
                    Audience = Audience.Several,
                    Everybody = !isNamed,
                    Push = new Push { Payload = ByteString.CopyFrom(new byte[100]), Type = "t" },
                    Recipients = { isNamed ? gateway.Sessions.All.Select(static session => new SessionKey { Session = session.Number, Epoch = session.Epoch }) : [] },
                },
            };
            var incarnation = gateway.Get<RoomState>().Incarnation;
            await gateway.Bus.PublishToRoomAsync(incarnation, message, CancellationToken.None);
            var frame = new byte[Frame.HeaderBytes + (overWebSocket ? 4 : 0) + (await clients[0].ReadAsync()).Body.Length];
            foreach (var client in clients[1..])
            {
                await client.ReadAsync();
            }

            return Allocations.Least(
                Messages,
                () =>
                {
                    Assert.True(gateway.Bus.PublishToRoomAsync(incarnation, message, CancellationToken.None).AsTask().IsCompletedSuccessfully);
                    foreach (var client in clients)
                    {
                        client.Exchange([], frame);
                    }
                },
                enough);
        }
    }

    private static long Allowed => AllowedBytesPerFrame * Messages * (Many - Few);
}
