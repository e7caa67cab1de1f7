using System.Net.Sockets;
using Microservices.Gateway.Transport;

namespace Microservices.Gateway.Tests.Transport;

public sealed class SocketOutboxTests : OutboxContract
{
    [Fact]
    public void Post_AllocatesNothing()
    {
        var frame = new byte[100];
        var read = new byte[100];
        Once();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Once();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Once()
        {
            Outbox.Post(frame);
            Reader.Receive(read);
        }
    }

    private protected override Task<(IOutlet Outlet, Stream Incoming)> LinkAsync() =>
        Task.FromResult<(IOutlet, Stream)>((new SocketOutlet(Server), new NetworkStream(Reader)));
}
