using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Channels;
using Microservices.Register.Resume;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Rooms;

/// <summary>The gRPC service of rooms.</summary>
internal sealed class RoomsService(
    IRoomStore store,
    LiveRooms live,
    ResumeKeyRing keys,
    AllHeads heads,
    IOptions<RoomsOptions> options,
    RunningStreams streams,
    TimeProvider time,
    ILogger<RoomsService> logger)
    : Contracts.Register.Rooms.RoomsBase
{
    private static readonly TimeSpan WatchPace = TimeSpan.FromMilliseconds(200);

    public override Task Lease(IAsyncStreamReader<LeaseRequest> requestStream, IServerStreamWriter<LeaseReply> responseStream, ServerCallContext context) =>
        streams.RunAsync(context, stop => new LeaseStream(store, live, keys, heads, options.Value, time, logger).RunAsync(requestStream, responseStream, stop));

    public override async Task<RoomList> List(ListRoomsRequest request, ServerCallContext context)
    {
        try
        {
            return (await live.CurrentAsync(context.CancellationToken)).List;
        }
        catch (StoreUnavailableException)
        {
            return live.Latest.List;
        }
    }

    public override Task Watch(WatchRoomsRequest request, IServerStreamWriter<RoomList> responseStream, ServerCallContext context) =>
        streams.RunAsync(context, async stop =>
        {
            var told = live.Latest;
            while (true)
            {
                await responseStream.WriteAsync(told.List, stop);
                await Task.Delay(WatchPace, time, stop);
                told = await live.WaitForChangeAsync(told, stop);
            }
        });
}
