using Grpc.Core;
using Microservices.Contracts.Register;
using RoomsClient = Microservices.Contracts.Register.Rooms.RoomsClient;

namespace Microservices.Register.Tests.Service;

/// <summary>A room's side of a lease stream.</summary>
internal sealed class TestRoom(AsyncDuplexStreamingCall<LeaseRequest, LeaseReply> call) : IDisposable
{
    public ulong Incarnation { get; private set; }

    /// <summary>The latest refill that it was told of. Its renewals say that it has finished it.</summary>
    public ulong Refill { get; set; }

    /// <summary>As it was told of them last.</summary>
    public ResumeKeys? Keys { get; private set; }

    public static async Task<TestRoom> OpenAsync(RoomsClient rooms, string name = "room-1", ulong incarnation = 0)
    {
        var room = new TestRoom(rooms.Lease());
        var reply = await room.SendAsync(new LeaseRequest { Open = new OpenLease { Room = Description(name), Incarnation = incarnation } });
        room.Incarnation = reply.Granted?.Incarnation ?? 0;
        return room;
    }

    public static RoomDescription Description(string name) => new()
    {
        Name = name,
        Addresses = { new Address { Host = "127.0.0.1", Port = 8124, Transport = "tcp" } },
        Zone = "here",
        Labels = { ["kind"] = "test" },
        SoftwareVersion = "0.1.0",
        Capacity = 1_000,
    };

    public Task<LeaseReply> RenewAsync(uint connections = 0, uint sessions = 0, bool draining = false, params SessionKey[] closed) =>
        SendAsync(new LeaseRequest
        {
            Renew = new RenewLease { Connections = connections, Sessions = sessions, Draining = draining, Closed = { closed }, Refilled = Refill },
        });

    public async Task ReleaseAsync()
    {
        await call.RequestStream.WriteAsync(new LeaseRequest { Release = new ReleaseLease() });
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
    }

    public async Task<LeaseReply> SendAsync(LeaseRequest request)
    {
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var reply = call.ResponseStream.Current;
        Refill = reply.Granted?.Refill ?? reply.Renewed?.Refill ?? Refill;
        Keys = reply.Granted?.ResumeKeys ?? reply.Renewed?.ResumeKeys ?? Keys;
        return reply;
    }

    /// <summary>Breaks the stream, as a lost connection does.</summary>
    public void Dispose() => call.Dispose();
}
