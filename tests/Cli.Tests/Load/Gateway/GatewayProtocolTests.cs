using System.Net;
using Microservices.Cli.Load;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Gateway;
using Microservices.Cli.Load.Users;
using Microservices.Cli.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Load.Gateway;

public sealed class GatewayProtocolTests : IAsyncLifetime
{
    private const int Rounds = 400;
    private const int FramesOfARound = 50;

    // The smallest object has 24 bytes: less for each frame is what asking costs, and a buffer that the pool had given up.
    private const long LeastBytes = 24;

    private readonly FakeGateway _gateway = new();
    private readonly LoadLoop _loop = new("test");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _loop.Dispose();
        await _gateway.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Receive_ManyPushes_AllocatesNothing(bool isKept)
    {
        _gateway.Verify = static verify => new VerifyResult { Code = 1, Features = verify.Features };
        var session = await OpenAsync(isKept);
        await SendAsync(session, isKept, 0);

        var before = await _loop.AskAsync(GC.GetAllocatedBytesForCurrentThread);
        await SendAsync(session, isKept, 1);
        var allocated = await _loop.AskAsync(GC.GetAllocatedBytesForCurrentThread) - before;

        Assert.InRange(allocated, 0, Rounds * FramesOfARound * LeastBytes / 2);
        var counters = await _loop.SnapshotAsync();
        Assert.Equal(2 * Rounds * FramesOfARound, counters.Delivery.Count);
        Assert.Equal(isKept ? 2 * Rounds * FramesOfARound : 0, counters.Kept);
        Assert.Equal(isKept, counters.Acks > 0);
    }

    private async Task<FakeGateway.Session> OpenAsync(bool isKept)
    {
        var settings = new LoadSettings { App = "default", Connections = 1, Rate = 1, Acknowledges = isKept };
        var crowd = new LoadCrowd(_loop, new GatewayProtocol(new GatewayLogins(settings, [new LoadUser("ann", "token")])), new LoadPlan
        {
            Targets = [LoadTarget.Of(new IPEndPoint(IPAddress.Loopback, _gateway.Port))],
            Count = 1,
        });
        await crowd.OpenAsync().WaitAsync(Eventually.DefaultDeadline);
        return _gateway.Sessions["ann"];
    }

    private async Task SendAsync(FakeGateway.Session session, bool isKept, int pass)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var payload = new byte[128];
            LoadStamp.Write(payload, LoadLoop.Now);
            var frames = Enumerable.Range(0, FramesOfARound).SelectMany(i => FrameWriter.ToArray(ProtocolVersion.Current, Command.Push, new PushDelivery
            {
                Id = "0421-0194c8e0",
                Channel = isKept ? "inbox" : "",
                Epoch = isKept ? 1ul : 0,
                Seq = isKept ? (ulong)((((pass * Rounds) + round) * FramesOfARound) + i + 1) : 0,
                Payload = payload,
            })).ToArray();
            await session.SendBytesAsync(frames);
        }

        var expected = (pass + 1) * Rounds * FramesOfARound;
        await Eventually.HoldsAsync(() => Volatile.Read(ref _loop.Counters.Deliveries) == expected, "all have arrived");
    }
}
