using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Everything at once: logins of the same users, displacement, goodbyes, resets, pushes, lost leases, a register that fails. In the end nothing is left over.</summary>
public sealed class StormTests
{
    private const int Clients = 24;
    private const int Rounds = 15;
    private const int Users = 8;

    [Fact]
    public async Task Storm_LeavesNothingBehind()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:LoginPatience", "00:00:30"), ("Sessions:CallTimeout", "00:00:10"));
        var claims = 0;
        gateway.Register.OnClaim = async _ =>
        {
            await Task.Delay(Random.Shared.Next(0, 10));
            if (Interlocked.Increment(ref claims) % 7 == 0)
            {
                throw new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "a fault"));
            }
        };
        using var done = new CancellationTokenSource();
        var others = Task.WhenAll(BroadcastAsync(gateway, done.Token), KillLeasesAsync(gateway, done.Token));

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => LiveAsync(gateway, client)));
        await done.CancelAsync();
        await others;

        gateway.Register.OnClaim = null;
        await Eventually.HoldsAsync(
            () => gateway.Gate.Connections == 0 && gateway.Sessions.Count == 0 && gateway.Get<SessionEnds>().Unfinished == 0,
            "all connections and sessions are gone",
            () => $"{gateway.Gate.Connections} connections, {gateway.Sessions.Count} sessions");
        Assert.Empty(gateway.Sessions.All);
        Assert.Equal(0, gateway.Apps.Find("default")!.Sessions.Count);
        await Eventually.HoldsAsync(() => gateway.Outboxes is { PendingBytes: 0, Backlogs: 0 }, "no backlog is left");
        await Eventually.HoldsAsync(() => !gateway.Get<TimingWheel>().Snapshot().OfType<Connection>().Any(), "the wheel has forgotten them");

        gateway.Get<LostSessions>().LookSoon();
        await Eventually.HoldsAsync(
            () => Enumerable.Range(0, Users).All(user => gateway.Register.SessionOf($"user-{user}") is not { } left || left.Incarnation != gateway.Register.Incarnation),
            "register holds no session of this room");
    }

    private static async Task LiveAsync(RunningGateway gateway, int number)
    {
        var random = new Random(number);
        for (var round = 0; round < Rounds; round++)
        {
            using var client = await TestClient.ConnectAsync(gateway.Tcp, random.Next(2) == 0 ? 2u : 1100u);
            try
            {
                client.Verify($"user-{random.Next(Users)}");
                if (random.Next(4) == 0)
                {
                    // Gone while the claim is under way.
                    continue;
                }

                while ((await client.ReadAsync()).Header.Command != Command.VerifyResult)
                {
                }

                client.Send(Command.SingleChat, new SingleChat { ChatTo = "user-1", ChatContent = "hi" });
                client.Send(Command.Heartbeat);
                if (random.Next(2) == 0)
                {
                    client.Send(Command.Goodbye);
                    while ((await client.ReadAsync()).Header.Command != Command.None)
                    {
                    }
                }
            }
            catch (IOException)
            {
                // Displaced, or refused for the fault of the lease: the next round connects again.
            }
        }
    }

    private static async Task BroadcastAsync(RunningGateway gateway, CancellationToken done)
    {
        var push = new Push { Payload = ByteString.CopyFromUtf8("all"), Sender = "s" };
        while (!done.IsCancellationRequested)
        {
            await gateway.Bus.PublishToAllRoomsAsync(
                new RoomMessage { Delivery = new Contracts.Bus.Delivery { App = "default", Everybody = true, Audience = Audience.All, Push = push } }, CancellationToken.None);
            await Task.Delay(2, CancellationToken.None);
        }
    }

    private static async Task KillLeasesAsync(RunningGateway gateway, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(300, CancellationToken.None);
            gateway.Register.KillLease();
        }
    }
}
