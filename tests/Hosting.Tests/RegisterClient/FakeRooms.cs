using Grpc.Core;
using Microservices.Contracts.Register;

namespace Microservices.Hosting.Tests.RegisterClient;

/// <summary>A register that answers with its own name and remembers what it was asked.</summary>
internal sealed class FakeRooms(FakeRegisterState state) : Rooms.RoomsBase
{
    public override async Task<RoomList> List(ListRoomsRequest request, ServerCallContext context)
    {
        state.Deadline = context.Deadline;
        state.CountCall();
        if (state.Fault is { } fault)
        {
            throw fault;
        }

        if (state.Hangs)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        return new RoomList { Rooms = { new Room { Description = new RoomDescription { Name = state.Name } } } };
    }

    public override Task Watch(WatchRoomsRequest request, IServerStreamWriter<RoomList> responseStream, ServerCallContext context)
    {
        state.Deadline = context.Deadline;
        return responseStream.WriteAsync(new RoomList { Complete = true });
    }
}
