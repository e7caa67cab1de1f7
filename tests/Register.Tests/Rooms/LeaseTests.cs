using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing;

namespace Microservices.Register.Tests.Rooms;

public sealed class LeaseTests
{
    [Fact]
    public async Task Lease_OpenRenewRelease_ShowsInTheList()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);

        Assert.NotNull((await room.RenewAsync(connections: 12, sessions: 10, draining: true)).Renewed);

        Room? listed = null;
        await Eventually.HoldsAsync(
            async () => (listed = (await ListAsync(register)).Rooms.SingleOrDefault(one => one.Incarnation == room.Incarnation)) is { Draining: true },
            "the list shows the room as it is");
        Assert.Equal((12u, 10u), (listed!.Connections, listed.Sessions));
        Assert.Equal(TestRoom.Description("room-1"), listed.Description);
        Assert.Equal(10ul, (await register.Sessions.CountAsync(new CountSessionsRequest())).Sessions);
        await room.ReleaseAsync();
        await Eventually.HoldsAsync(async () => (await ListAsync(register)).Rooms.Count == 0, "the list is empty");
    }

    [Fact]
    public async Task Lease_Granted_SaysItsTimes()
    {
        await using var register = await RunningRegister.StartAsync(("Rooms:RenewEvery", "00:00:00.5"));
        using var call = register.Rooms.Lease();

        await call.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = TestRoom.Description("r") } });

        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal((2_000u, 500u), (call.ResponseStream.Current.Granted.LeaseMs, call.ResponseStream.Current.Granted.RenewEveryMs));
    }

    [Fact]
    public async Task Lease_WithoutRenewals_EndsTheStream()
    {
        await using var register = await RunningRegister.StartAsync(("Rooms:LeaseTime", "00:00:00.5"));
        using var call = register.Rooms.Lease();
        await call.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = TestRoom.Description("r") } });
        await call.ResponseStream.MoveNext(default);

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));

        fault.Status.Is(StatusCode.DeadlineExceeded, "500 ms");
    }

    [Fact]
    public async Task Lease_AfterBrokenStream_GoesOnUnderItsIncarnation()
    {
        await using var register = await RunningRegister.StartAsync();
        var broken = await TestRoom.OpenAsync(register.Rooms);
        broken.Dispose();

        using var room = await TestRoom.OpenAsync(register.Rooms, incarnation: broken.Incarnation);

        Assert.Equal(broken.Incarnation, room.Incarnation);
        Assert.NotNull((await room.RenewAsync()).Renewed);
    }

    [Fact]
    public async Task Lease_Released_IsDeadForEver()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await room.ReleaseAsync();
        using var again = register.Rooms.Lease();

        await again.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = TestRoom.Description("r"), Incarnation = room.Incarnation } });

        Assert.True(await again.ResponseStream.MoveNext(default));
        Assert.NotNull(again.ResponseStream.Current.Dead);
        Assert.False(await again.ResponseStream.MoveNext(default));
        (await Caller.FaultAsync(register.Sessions.ClaimAsync(new ClaimRequest { Incarnation = room.Incarnation })))
            .Is(StatusCode.FailedPrecondition, $"{room.Incarnation:x16}", "dead");
    }

    [Fact]
    public async Task Lease_Expired_EndsItsSessionsInEveryAnswer()
    {
        await using var register = await RunningRegister.StartAsync(("Rooms:LeaseTime", "00:00:01"));
        using var crashed = await TestRoom.OpenAsync(register.Rooms);
        await register.ClaimAsync(crashed, "ann", await register.IssueAsync("ann"));
        Assert.Single(await register.LookupAsync("ann"));

        crashed.Dispose();

        await Eventually.HoldsAsync(async () => (await register.LookupAsync("ann")).Count == 0, "the session of the crashed room doesn't count");
        Assert.Empty((await register.Sessions.ListAsync(new ListSessionsRequest { App = "default" })).Sessions);
        Assert.Empty((await register.Sessions.ListAsync(new ListSessionsRequest { Incarnation = crashed.Incarnation })).Sessions);
        var list = await ListAsync(register);
        Assert.True(list.Complete);
        Assert.Empty(list.Rooms);
        await Eventually.HoldsAsync(
            async () => (await register.Sessions.CountAsync(new CountSessionsRequest { App = "default" })).Sessions == 0, "the sweeper removes it");
    }

    [Fact]
    public async Task Lease_FirstRequestOtherThanOpen_IsRefused()
    {
        await using var register = await RunningRegister.StartAsync();
        using var call = register.Rooms.Lease();

        await call.RequestStream.WriteAsync(new LeaseRequest { Renew = new RenewLease() });

        (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default))).Status.Is(StatusCode.InvalidArgument, "kind", "open");
    }

    [Theory]
    [InlineData("", "room.name", "0")]
    [InlineData("Room", "room.name", "a-z")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345", "room.name", "65", "64")]
    public async Task Lease_WithBadName_IsRefused(string name, params string[] words)
    {
        await using var register = await RunningRegister.StartAsync();
        using var call = register.Rooms.Lease();

        await call.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = TestRoom.Description(name) } });

        (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default))).Status.Is(StatusCode.InvalidArgument, words);
    }

    [Fact]
    public async Task Lease_WhenRegisterStops_Ends()
    {
        var register = await RunningRegister.StartAsync();
        using var call = register.Rooms.Lease();
        await call.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = TestRoom.Description("r") } });
        await call.ResponseStream.MoveNext(default);
        using var watch = register.Rooms.Watch(new WatchRoomsRequest());

        var stopping = register.App.StopAsync();

        // UNAVAILABLE, unless the client hears of the closed connection first.
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
        await stopping;
        await register.DisposeAsync();
    }

    [Fact]
    public async Task Watch_OfRooms_SendsTheWholeListAtEveryChange()
    {
        await using var register = await RunningRegister.StartAsync();
        using var watch = register.Rooms.Watch(new WatchRoomsRequest());
        using var first = await TestRoom.OpenAsync(register.Rooms, "room-1");
        using var second = await TestRoom.OpenAsync(register.Rooms, "room-2");

        await UntilAsync(watch, list => list.Rooms.Count == 2);
        await second.ReleaseAsync();
        await UntilAsync(watch, list => list.Rooms.Count == 1 && list.Rooms[0].Description.Name == "room-1");
    }

    [Fact]
    public async Task Watch_OfRoomsAfterStart_BecomesCompleteAfterTheGrace()
    {
        await using var register = await RunningRegister.StartAsync(("Rooms:LeaseTime", "00:00:01"));
        Assert.False((await ListAsync(register)).Complete);
        using var watch = register.Rooms.Watch(new WatchRoomsRequest());

        await UntilAsync(watch, list => list.Complete);
    }

    internal static async Task UntilAsync(AsyncServerStreamingCall<RoomList> watch, Func<RoomList, bool> condition)
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        do
        {
            Assert.True(await watch.ResponseStream.MoveNext(deadline.Token));
        }
        while (!condition(watch.ResponseStream.Current));
    }

    private static async Task<RoomList> ListAsync(RunningRegister register) => await register.Rooms.ListAsync(new ListRoomsRequest());
}
