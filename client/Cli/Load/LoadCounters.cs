namespace Microservices.Cli.Load;

/// <summary>What happened in a load run; added to from many threads.</summary>
internal sealed class LoadCounters
{
    private long _begun;
    private long _verified;
    private long _open;
    private long _pushes;
    private long _chats;
    private long _kept;
    private long _acks;
    private long _directives;
    private long _otherFrames;
    private long _bytesIn;
    private long _heartbeats;
    private long _heartbeatsHeldBack;
    private long _heartbeatAcks;
    private long _shortestHeartbeatMs = long.MaxValue;

    public long Begun => Interlocked.Read(ref _begun);

    public long Verified => Interlocked.Read(ref _verified);

    /// <summary>Verified and not closed yet.</summary>
    public long Open => Interlocked.Read(ref _open);

    public long Pushes => Interlocked.Read(ref _pushes);

    public long Chats => Interlocked.Read(ref _chats);

    /// <summary>Pushes and chat with a position; only counted by who acknowledges.</summary>
    public long Kept => Interlocked.Read(ref _kept);

    /// <summary>Frames that acknowledged some of them.</summary>
    public long Acks => Interlocked.Read(ref _acks);

    public long Directives => Interlocked.Read(ref _directives);

    public long OtherFrames => Interlocked.Read(ref _otherFrames);

    public long BytesIn => Interlocked.Read(ref _bytesIn);

    public long Heartbeats => Interlocked.Read(ref _heartbeats);

    /// <summary>Heartbeats that the socket did not take at once: the server does not read.</summary>
    public long HeartbeatsHeldBack => Interlocked.Read(ref _heartbeatsHeldBack);

    public long HeartbeatAcks => Interlocked.Read(ref _heartbeatAcks);

    /// <summary>The shortest interval that the server asked for, ms; <see cref="long.MaxValue"/> when it asked for none.</summary>
    public long ShortestHeartbeatMs => Interlocked.Read(ref _shortestHeartbeatMs);

    /// <summary>Connections that did not come to a verified session, by reason.</summary>
    public Tally Failed { get; } = new();

    /// <summary>Sessions that ended before the run did, by reason.</summary>
    public Tally Closed { get; } = new();

    /// <summary>Error frames (108), by reason.</summary>
    public Tally Errors { get; } = new();

    public void Begin() => Interlocked.Increment(ref _begun);

    public void Verify(uint heartbeatMs)
    {
        Interlocked.Increment(ref _verified);
        Interlocked.Increment(ref _open);
        long known;
        while (heartbeatMs > 0 && heartbeatMs < (known = ShortestHeartbeatMs))
        {
            Interlocked.CompareExchange(ref _shortestHeartbeatMs, heartbeatMs, known);
        }
    }

    public void Close(string reason)
    {
        Interlocked.Decrement(ref _open);
        Closed.Add(reason);
    }

    public void Push() => Interlocked.Increment(ref _pushes);

    public void Chat() => Interlocked.Increment(ref _chats);

    public void Keep() => Interlocked.Increment(ref _kept);

    public void Ack() => Interlocked.Increment(ref _acks);

    public void Directive() => Interlocked.Increment(ref _directives);

    public void OtherFrame() => Interlocked.Increment(ref _otherFrames);

    public void Receive(int bytes) => Interlocked.Add(ref _bytesIn, bytes);

    public void Heartbeat() => Interlocked.Increment(ref _heartbeats);

    public void HoldHeartbeatBack() => Interlocked.Increment(ref _heartbeatsHeldBack);

    public void HeartbeatAck() => Interlocked.Increment(ref _heartbeatAcks);
}
