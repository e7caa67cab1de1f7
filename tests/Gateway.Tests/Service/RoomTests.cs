using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>The gateway as a room: its lease, its queue, and what it does when either is lost.</summary>
public sealed class RoomTests
{
    [Fact]
    public async Task Room_TellsRegisterWhereItIsAndWhatItHolds()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Room:Name", "room-7"), ("Room:Zone", "z1"), ("Room:Labels:tier", "a"));
        await gateway.LogInAsync("ann");
        await gateway.ConnectAsync();

        await Eventually.HoldsAsync(() => gateway.Register.Renewals.Any(renewal => renewal is { Connections: 2, Sessions: 1 }), "a renewal counts both");

        Assert.True(gateway.Register.Rooms.TryPeek(out var room));
        Assert.Equal(("room-7", "z1", "a", 20_000u), (room.Name, room.Zone, room.Labels["tier"], room.Capacity));
        Assert.Equal(
            [("127.0.0.1", (uint)gateway.Tcp.Port, "tcp"), ("127.0.0.1", (uint)gateway.WebSocket.Port, "ws")],
            room.Addresses.Select(static address => (address.Host, address.Port, address.Transport)));
    }

    [Theory]
    [InlineData(0, Code.Displaced)]
    [InlineData((uint)Code.TokenRevoked, Code.TokenRevoked)]
    public async Task Displaced_InARenewal_IsClosedAndConfirmed(uint named, Code reason)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");
        var key = gateway.KeyOf("ann");

        gateway.Register.LogInElsewhere("ann", nameInRenewals: true, code: named);

        Assert.Equal(reason, (await client.ReadAsync<Directive>(Command.Directive)).Code);
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Register.Confirmed.Any(closed => closed.Session == key.Session && closed.Epoch == key.Epoch), "it is confirmed");
        Assert.Empty(gateway.Register.Ends);
    }

    [Fact]
    public async Task RegisterAway_SessionsStayAndGetMessages()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");
        await gateway.Register.StopAsync();

        await PushAsync(gateway, "while away");
        Assert.Equal("while away", TextOf(await client.ReadAsync<PushDelivery>(Command.Push)));
        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "up" });
        Assert.Equal("up", (await gateway.UplinkAsync()).Chat.ChatContent);
        var incarnation = gateway.Get<RoomState>().Incarnation;
        await gateway.Register.StartAsync();
        await gateway.UntilReadyAsync();

        Assert.Equal(incarnation, gateway.Get<RoomState>().Incarnation);
        Assert.Single(gateway.Register.Rooms);
    }

    [Fact]
    public async Task LeaseDead_SessionsAreClaimedAgainUnderANewOne()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:MaxBatch", "2"));
        var clients = new List<TestClient>();
        for (var i = 0; i < 5; i++)
        {
            clients.Add(await gateway.LogInAsync($"user-{i}"));
        }

        var epochs = gateway.Sessions.All.ToDictionary(session => session.User, session => session.Epoch);
        var former = gateway.Register.Incarnation;

        gateway.Register.KillLease();

        await Eventually.HoldsAsync(
            () => gateway.Register.Incarnation > former && gateway.Sessions.All.All(session => session.Incarnation == gateway.Register.Incarnation),
            "all are claimed again",
            () => string.Join(", ", gateway.Sessions.All.Select(session => $"{session.User} {session.Incarnation:x}")));
        Assert.Contains(former, gateway.Bus.Deleted);
        Assert.All(gateway.Sessions.All, session => Assert.Equal(epochs[session.User], session.Epoch));
        Assert.All(gateway.Sessions.All, session => Assert.Equal(gateway.Register.Incarnation, gateway.Register.SessionOf(session.User)!.Incarnation));
        Assert.Contains(gateway.Register.Claims, call => call.Claims.Any(claim => claim.HasHeldEpoch && claim.Sdk == "test/1"));
        await gateway.PushAsync(Text("after"), Audience.Several, [.. clients.Select((_, i) => gateway.KeyOf($"user-{i}"))]);
        foreach (var client in clients)
        {
            Assert.Equal("after", TextOf(await client.ReadAsync<PushDelivery>(Command.Push)));
        }
    }

    [Fact]
    public async Task LeaseDead_WhoeverWasOvertaken_IsClosed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var overtaken = await gateway.LogInAsync("ann");
        var refused = await gateway.LogInAsync("bob");
        await gateway.LogInAsync("carl");
        gateway.Register.LogInElsewhere("ann", nameInRenewals: false);
        gateway.Register.Forced["bob"] = Contracts.Register.ClaimResult.Types.Outcome.UnknownApp;

        gateway.Register.KillLease();

        Assert.Equal(Code.Displaced, (await overtaken.ReadAsync<Directive>(Command.Directive)).Code);
        await overtaken.ReadEndAsync();
        await refused.ReadErrorAsync(Code.SessionLost);
        await refused.ReadEndAsync();
        Assert.Equal(["carl"], gateway.Sessions.All.Select(session => session.User));
    }

    [Fact]
    public async Task LeaseDead_StoreDoesNotAnswerForOneClaim_ThatOneIsMadeAgain()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");
        gateway.Register.Forced["ann"] = Contracts.Register.ClaimResult.Types.Outcome.Unavailable;

        gateway.Register.KillLease();

        await Eventually.HoldsAsync(
            () => gateway.Register.Claims.LastOrDefault() is { Claims: [{ User: "ann", HasHeldEpoch: true }] }, "only the claim without an answer is made again");
        gateway.Register.Forced.TryRemove("ann", out _);
        await Eventually.HoldsAsync(
            () => gateway.Sessions.All.All(session => session.Incarnation == gateway.Register.Incarnation), "both are claimed for the new lease");
    }

    [Fact]
    public async Task LeaseDead_NothingIsDeliveredBeforeASessionIsClaimedAgain()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");
        var former = gateway.Register.Incarnation;
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        gateway.Register.KillLease();
        await Eventually.HoldsAsync(() => gateway.Register.Incarnation > former && gateway.Register.Claims.Count == 2, "the session is being claimed again");

        await PushAsync(gateway, "too early");
        await gateway.UntilHandledAsync();
        claim.SetResult();
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").Incarnation == gateway.Register.Incarnation, "it is claimed again");
        await PushAsync(gateway, "now");

        Assert.Equal("now", TextOf(await client.ReadAsync<PushDelivery>(Command.Push)));
        Assert.Equal(1, gateway.Metrics.Drops(DropCause.NotClaimed));
    }

    [Fact]
    public async Task BusAwayAtStart_TheGatewayWaitsAndThenIsReady()
    {
        await using var gateway = await RunningGateway.StartAsync(withRegister: false);
        gateway.Bus.IsAway = true;
        await gateway.Register.StartAsync();
        await Eventually.HoldsAsync(() => gateway.Get<RoomState>().Incarnation != 0, "the lease is granted");
        Assert.False(gateway.Gate.IsOpen);

        gateway.Bus.IsAway = false;

        await gateway.UntilReadyAsync();
        await gateway.LogInAsync("ann");
    }

    private static Push Text(string text) => new() { Payload = ByteString.CopyFromUtf8(text), ContentType = "text/plain" };

    private static string TextOf(PushDelivery push) => System.Text.Encoding.UTF8.GetString(push.Payload.Span);

    private static Task PushAsync(RunningGateway gateway, string text) => gateway.PushAsync(Text(text), Audience.One, gateway.KeyOf("ann"));
}
