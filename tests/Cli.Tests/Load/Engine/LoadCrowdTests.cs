using System.Net;
using System.Net.Sockets;
using System.Text;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Load.Engine;

/// <summary>The engine on real sockets, with a listener that does what a test says.</summary>
public sealed class LoadCrowdTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly LoadLoop _loop = new("test");
    private readonly LinesProtocol _protocol = new();

    public LoadCrowdTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public void Dispose()
    {
        _loop.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task Receive_SplitAndGlued_ComesWhole()
    {
        var crowd = Crowd();
        var opening = crowd.OpenAsync();
        using var peer = await AcceptAsync("hello\n");
        foreach (var letter in "ok\none\n"u8.ToArray())
        {
            await peer.SendAsync(new[] { letter });
        }

        await opening;
        await peer.SendAsync("two\nthree\nfo"u8.ToArray());
        await HoldsAsync(static counters => counters.Deliveries == 3);
        await peer.SendAsync("ur\n"u8.ToArray());

        await HoldsAsync(static counters => counters.Deliveries == 4);
        Assert.Equal("one|two|three|four|", await _loop.AskAsync(() => _protocol.Received));
        var counters = await _loop.SnapshotAsync();
        Assert.Equal((1, 1, 1, 1), (counters.Begun, counters.Verified, counters.Open, counters.Login.Count));
    }

    [Fact]
    public async Task Receive_Stamp_IsALatency_AndOneOfAnotherTimeIsNot()
    {
        var opening = Crowd().OpenAsync();
        using var peer = await AcceptAsync("hello\n");
        var stamp = new byte[LoadStamp.Bytes];
        LoadStamp.Write(stamp, LoadLoop.Now);
        var earlier = new byte[LoadStamp.Bytes];
        LoadStamp.Write(earlier, LoadLoop.Now - 60_000_000_000);
        var future = new byte[LoadStamp.Bytes];
        LoadStamp.Write(future, LoadLoop.Now + 60_000_000_000);

        await peer.SendAsync((byte[])[.. "ok\n"u8, .. "{\"payload\":\""u8, .. stamp, .. "...\"}\n"u8, .. future, .. "\n"u8, .. earlier, .. "\nnone\n"u8]);
        await opening;

        await HoldsAsync(static counters => counters.Deliveries == 4);
        var counters = await _loop.SnapshotAsync();
        Assert.Equal((1, 2), (counters.Delivery.Count, counters.ImplausibleStamps));
        Assert.True(counters.Delivery.Max > 0);
    }

    [Fact]
    public async Task Send_PeerThatDoesNotRead_WaitsAndThenArrives()
    {
        // More than the kernel takes for a peer that reads nothing.
        const int Bytes = 8 * 1024 * 1024;
        _listener.ReceiveBufferSize = 4_096;
        var crowd = Crowd(new LinesProtocol { Greeting = [.. Enumerable.Repeat((byte)'x', Bytes - 1), (byte)'\n'] });
        var opening = crowd.OpenAsync();
        using var peer = await _listener.AcceptAsync();
        await peer.SendAsync("ok\n"u8.ToArray());
        await opening;
        crowd.Beat(static _ => 1_000);
        await HoldsAsync(static counters => counters.HeartbeatsHeldBack > 0);

        var counters = await _loop.SnapshotAsync();
        Assert.Equal((1, 0), (counters.SendsDelayed, counters.Heartbeats));
        var buffer = new byte[1024 * 1024];
        for (var read = 0; read < Bytes;)
        {
            read += await peer.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, Bytes - read))).AsTask().WaitAsync(Eventually.DefaultDeadline);
        }

        Assert.StartsWith("beat\n", await ReadUntilAsync(peer, static text => text.Length >= 5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_ThatClosesBeforeTheLogin_IsAFailure_AndAfterItAnEnd()
    {
        var opening = Crowd(count: 2).OpenAsync();
        using (await AcceptAsync("hello\n"))
        {
        }

        using (var peer = await AcceptAsync("hello\n"))
        {
            await peer.SendAsync("ok\n"u8.ToArray());
            await opening;
        }

        await HoldsAsync(static counters => counters.Open == 0 && counters.Closed.Total == 1);
        var counters = await _loop.SnapshotAsync();
        Assert.Equal(("closed by the server", 1), (counters.Failed.List().Single().Key, counters.Failed.Total));
        Assert.Equal("closed by the server", counters.Closed.List().Single().Key);
    }

    [Fact]
    public async Task Peer_ThatNeverAnswers_IsATimeout()
    {
        var opening = Crowd(timeout: TimeSpan.FromMilliseconds(50)).OpenAsync();
        using var peer = await _listener.AcceptAsync();

        await opening.WaitAsync(Eventually.DefaultDeadline);

        Assert.Equal("timeout", (await _loop.SnapshotAsync()).Failed.List().Single().Key);
    }

    [Fact]
    public async Task Reconnect_DropsWithoutGoodbye_AndTriesUntilItIsBack()
    {
        var crowd = Crowd();
        var opening = crowd.OpenAsync();
        using var first = await AcceptAsync("hello\n");
        await first.SendAsync("ok\n"u8.ToArray());
        await opening;

        crowd.ReconnectAtOnce(1);
        using (await AcceptAsync("hello\n"))
        {
            // It is closed before it is let in.
        }

        using var third = await AcceptAsync("hello\n");
        await third.SendAsync("resumed\n"u8.ToArray());

        await HoldsAsync(static counters => counters.Resumed == 1);
        Assert.Equal(0, await first.ReceiveAsync(new byte[16]));
        var counters = await _loop.SnapshotAsync();
        Assert.Equal((1, 1, 1, 1), (counters.Dropped, counters.ReconnectRetries, counters.Open, counters.Reconnect.Count));
        Assert.Equal((1, 0, 0), (counters.Verified, counters.Failed.Total, counters.Closed.Total));
    }

    [Fact]
    public async Task SlowReader_TakesNothing_UntilThePeerEndsIt()
    {
        var opening = Crowd(slowReaders: 1).OpenAsync();
        using (var peer = await AcceptAsync("hello\n"))
        {
            await peer.SendAsync("ok\n"u8.ToArray());
            await opening;
            await peer.SendAsync("first\nsecond\n"u8.ToArray());
            await peer.SendAsync("third\n"u8.ToArray());
            Assert.Equal(0, (await _loop.SnapshotAsync()).Deliveries);
        }

        await HoldsAsync(static counters => counters.Closed.Total == 1);
        var counters = await _loop.SnapshotAsync();
        Assert.Equal((3, 0), (counters.Deliveries, counters.Open));
    }

    [Fact]
    public async Task Leave_SaysGoodbye_AndIsNoEnd()
    {
        var crowd = Crowd();
        var opening = crowd.OpenAsync();
        using var peer = await AcceptAsync("hello\n");
        await peer.SendAsync("ok\n"u8.ToArray());
        await opening;

        await crowd.LeaveAsync();

        Assert.Equal("bye\n", await ReadUntilAsync(peer, static text => text == "bye\n"));
        Assert.Equal((1, 0), ((await _loop.SnapshotAsync()).Open, (await _loop.SnapshotAsync()).Closed.Total));
    }

    [Fact]
    public async Task Loop_WithABug_EndsWithItAndTellsEverybody()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _loop.AskAsync<bool>(static () => throw new InvalidOperationException("a bug")));

        await Assert.ThrowsAsync<InvalidOperationException>(() => _loop.Ended);
        await Assert.ThrowsAsync<InvalidOperationException>(_loop.SnapshotAsync);
    }

    private LoadCrowd Crowd(LinesProtocol? protocol = null, int count = 1, TimeSpan? timeout = null, int slowReaders = 0) => new(_loop, protocol ?? _protocol, new LoadPlan
    {
        Targets = [LoadTarget.Of((IPEndPoint)_listener.LocalEndPoint!)],
        Count = count,
        Timeout = timeout ?? TimeSpan.FromSeconds(30),
        SlowReaders = slowReaders,
        Transport = LoadTransport.Tcp,
    });

    private async Task<Socket> AcceptAsync(string greeting)
    {
        var peer = await _listener.AcceptAsync().WaitAsync(Eventually.DefaultDeadline);
        await ReadUntilAsync(peer, text => text == greeting);
        return peer;
    }

    private static async Task<string> ReadUntilAsync(Socket peer, Func<string, bool> isEnough)
    {
        var text = new StringBuilder();
        var buffer = new byte[256 * 1024];
        while (!isEnough(text.ToString()))
        {
            var read = await peer.ReceiveAsync(buffer).WaitAsync(Eventually.DefaultDeadline);
            Assert.True(read > 0, $"it ended after {text.Length} bytes");
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    private Task HoldsAsync(Func<LoadCounters, bool> condition) =>
        Eventually.HoldsAsync(async () => condition(await _loop.SnapshotAsync()), "the loop has counted it");
}
