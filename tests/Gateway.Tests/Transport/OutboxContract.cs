using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microservices.Gateway.Transport;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Transport;

/// <summary>What an outbox does over any link, with a reader that reads when the test wants. <see cref="SocketOutboxTests"/> and <see cref="PipeOutboxTests"/> run it.</summary>
public abstract class OutboxContract : IAsyncLifetime
{
    private const int Limit = 256 * 1024;
    private readonly Owner _owner = new();
    private OutboxParts _parts = null!;
    private Outbox _outbox = null!;
    private long _nowMs = 1_000;

    private protected Socket Server { get; private set; } = null!;

    private protected Socket Reader { get; private set; } = null!;

    private protected Outbox Outbox => _outbox;

    private protected Owner Told => _owner;

    /// <summary>What the reader reads from.</summary>
    private protected Stream Incoming { get; private set; } = null!;

    [Fact]
    public async Task Post_WhileTheReaderReads_IsSentAtOnce()
    {
        var outcome = _outbox.Post([1, 2, 3]);

        Assert.Equal(PostOutcome.Sent, outcome);
        Assert.Equal([1, 2, 3], await ReadAsync(3));
        Assert.Equal(0, _owner.Backlogs);
        Assert.Null(_outbox.StuckSinceMs);
    }

    [Fact]
    public async Task Post_OfManyFramesToASlowReader_ArrivesWholeAndInOrder()
    {
        var posted = 0;
        for (; posted < 400; posted++)
        {
            Assert.NotEqual(PostOutcome.Full, _outbox.Post(Numbered(posted, 500)));
        }

        Assert.True(_outbox.PendingBytes > 0, "the reader was not slow");
        Assert.Equal(_outbox.PendingBytes, _parts.PendingBytes);
        Assert.Equal(1, _owner.Backlogs);
        for (var i = 0; i < posted; i++)
        {
            await AssertFrameAsync(i, 500);
        }

        await Eventually.HoldsAsync(() => _parts is { PendingBytes: 0, Backlogs: 0 }, "nothing waits");
        await Eventually.HoldsAsync(() => _owner.Drains == 1, "the owner is told");
        Assert.Null(_outbox.StuckSinceMs);
        Assert.Equal(PostOutcome.Sent, _outbox.Post([7]));
    }

    [Fact]
    public async Task Post_FromManyThreads_KeepsEachThreadsOrderAndFramesWhole()
    {
        const int Threads = 4;
        const int Frames = 2_000;
        var reading = Task.Run(async () =>
        {
            var next = new int[Threads];
            for (var i = 0; i < Threads * Frames; i++)
            {
                var frame = await ReadAsync(60);
                var thread = frame[4];
                Assert.Equal(next[thread]++, BinaryPrimitives.ReadInt32BigEndian(frame));
                Assert.All(frame[4..], one => Assert.Equal(thread, one));
            }
        });

        var posting = Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Frames; i++)
            {
                var frame = new byte[60];
                BinaryPrimitives.WriteInt32BigEndian(frame, i);
                frame.AsSpan(4).Fill((byte)thread);
                while (_outbox.Post(frame) == PostOutcome.Full)
                {
                    Thread.Yield();
                }
            }
        }));

        await Task.WhenAll(posting);
        await reading.WaitAsync(Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task Post_OverTheLimit_IsDroppedWhole()
    {
        var taken = 0;
        while (_outbox.Post(Numbered(taken, 10_000)) != PostOutcome.Full)
        {
            taken++;
        }

        Assert.InRange(_outbox.PendingBytes, Limit - 10_000, Limit);
        Assert.Equal(PostOutcome.Full, _outbox.Post(new byte[10_000]));
        for (var i = 0; i < taken; i++)
        {
            await AssertFrameAsync(i, 10_000);
        }

        await Eventually.HoldsAsync(() => _outbox.PendingBytes == 0, "everything is taken");
        _outbox.Post(Numbered(-1, 100));
        await AssertFrameAsync(-1, 100);
    }

    [Fact]
    public async Task StuckSince_IsWhenThePeerLastTookSomething()
    {
        FillUp();
        Assert.Equal(1_000, _outbox.StuckSinceMs);

        // Read everything that the system holds: it takes more, and the backlog shrinks.
        Volatile.Write(ref _nowMs, 5_000);
        var before = _outbox.PendingBytes;
        while (_outbox.PendingBytes == before)
        {
            await ReadAsync(1_000);
        }

        Assert.Equal(5_000, _outbox.StuckSinceMs ?? 5_000);
    }

    [Fact]
    public async Task Complete_SendsTheLastFrameBehindWhatWaits_AndCloses()
    {
        var waiting = FillUp();

        _outbox.Complete(Numbered(99, 50));

        Assert.Equal(PostOutcome.Closed, _outbox.Post([1]));
        for (var i = 0; i < waiting; i++)
        {
            await AssertFrameAsync(i, 1_000);
        }

        await AssertFrameAsync(99, 50);
        Assert.Equal(0, await Incoming.ReadAsync(new byte[1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task Complete_WhileNothingWaits_SendsAndClosesAtOnce(int lastFrameBytes)
    {
        _outbox.Complete(new byte[lastFrameBytes]);

        Assert.Equal(lastFrameBytes, (await ReadAsync(lastFrameBytes)).Length);
        Assert.Equal(0, await Incoming.ReadAsync(new byte[1]));
        _outbox.Complete([1, 2, 3]);
        Assert.Equal(0, _owner.Failures);
    }

    [Fact]
    public async Task Abort_WhileASendIsUnderWay_GivesTheBacklogBack()
    {
        FillUp();

        _outbox.Abort();
        Server.Dispose();

        await Eventually.HoldsAsync(() => _parts is { PendingBytes: 0, Backlogs: 0 }, "the backlog is given back");
        Assert.Equal(0, _owner.Failures);
        Assert.Equal(PostOutcome.Closed, _outbox.Post([1]));
    }

    [Fact]
    public void Hold_OfPostsThatWait_TellsTheOwnerBehindIt()
    {
        _outbox.Hold(() =>
        {
            FillUp();
            Assert.Equal(0, _owner.Backlogs);
        });

        Assert.Equal(1, _owner.Backlogs);
    }

    [Fact]
    public void Hold_WithinHold_TellsTheOwnerBehindBoth()
    {
        _outbox.Hold(() =>
        {
            _outbox.Hold(() => _outbox.Post([1]));
            FillUp();
            Assert.Equal(0, _owner.Backlogs);
        });

        Assert.Equal(1, _owner.Backlogs);
    }

    [Fact]
    public async Task Run_IsPostedFromItsPosition_WhichStaysWhereNothingIsTaken()
    {
        var run = new FrameRun(5, new byte[] { 1, 2, 2, 3 }, [1, 3, 4], 3);
        var position = 6L;
        Assert.Equal(PostOutcome.Sent, _outbox.Post(run, ref position, out var from));
        Assert.Equal((6, 8), (from, position));
        Assert.Equal([2, 2, 3], await ReadAsync(3));
        Assert.Equal(PostOutcome.Sent, _outbox.Post(run, ref position, out from));
        Assert.Equal((8, 8), (from, position));

        FillUp();
        position = 5;
        Assert.Equal(PostOutcome.Full, _outbox.Post(run with { Bytes = new byte[Limit], Ends = [1, 3, Limit] }, ref position, out from));
        Assert.Equal((5, 5), (from, position));

        _outbox.Abort();
        Assert.Equal(PostOutcome.Closed, _outbox.Post(run, ref position, out from));
        Assert.Equal((5, 5), (from, position));
        Assert.Equal((5, 9), (_outbox.Move(ref position, 9), position));
        Assert.Equal((9, 9), (_outbox.Skip(ref position, 8), position));
    }

    [Fact]
    public async Task Link_ThatBreaks_IsToldOnce()
    {
        FillUp();

        Reader.LingerState = new LingerOption(true, 0);
        Reader.Dispose();

        await Eventually.HoldsAsync(() => _owner.Failures == 1, "the owner is told");
        Assert.Equal(PostOutcome.Closed, _outbox.Post([1]));
        Assert.Equal(1, _owner.Failures);
        Assert.True(_parts is { PendingBytes: 0, Backlogs: 0 });
    }

    [Fact]
    public void Post_OnADisposedSocket_IsClosed()
    {
        Server.Dispose();

        Assert.Equal(PostOutcome.Closed, _outbox.Post([1]));
        Assert.Equal(1, _owner.Failures);
    }

    public async ValueTask InitializeAsync()
    {
        (Server, Reader) = Pair();
        (var outlet, Incoming) = await LinkAsync();
        _parts = new OutboxParts(Limit, () => Volatile.Read(ref _nowMs));
        _outbox = new Outbox(outlet, _parts, _owner);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await CloseAsync();
        Server.Dispose();
        Reader.Dispose();
    }

    /// <summary>The sending side over <see cref="Server"/>, and what its peer reads from.</summary>
    private protected abstract Task<(IOutlet Outlet, Stream Incoming)> LinkAsync();

    private protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    private static (Socket Server, Socket Reader) Pair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();

        // Small buffers of the system: a reader that does not read is felt after some ten kilobytes.
        var reader = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096, NoDelay = true };
        reader.Connect(listener.LocalEndPoint!);
        var server = listener.Accept();
        server.NoDelay = true;
        server.SendBufferSize = 4096;
        return (server, reader);
    }

    private static byte[] Numbered(int number, int bytes)
    {
        var frame = new byte[bytes];
        BinaryPrimitives.WriteInt32BigEndian(frame, number);
        frame.AsSpan(4).Fill((byte)number);
        return frame;
    }

    /// <summary>Posts numbered frames of 1,000 bytes until some wait; returns how many.</summary>
    private protected int FillUp()
    {
        var posted = 0;
        while (_outbox.PendingBytes < 100_000)
        {
            _outbox.Post(Numbered(posted++, 1_000));
        }

        return posted;
    }

    private async Task AssertFrameAsync(int number, int bytes) => Assert.Equal(Numbered(number, bytes), await ReadAsync(bytes));

    private async Task<byte[]> ReadAsync(int bytes)
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        var frame = new byte[bytes];
        for (var read = 0; read < bytes;)
        {
            var received = await Incoming.ReadAsync(frame.AsMemory(read), deadline.Token);
            Assert.True(received > 0, "the end came inside a frame");
            read += received;
        }

        return frame;
    }

    private protected sealed class Owner : IOutboxOwner
    {
        private int _failures;
        private int _backlogs;
        private int _drains;

        public int Failures => Volatile.Read(ref _failures);

        public int Backlogs => Volatile.Read(ref _backlogs);

        public int Drains => Volatile.Read(ref _drains);

        public void OnBacklog() => Interlocked.Increment(ref _backlogs);

        public void OnDrained() => Interlocked.Increment(ref _drains);

        public void OnSendFailed() => Interlocked.Increment(ref _failures);
    }
}
