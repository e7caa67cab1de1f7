using System.Net;
using Microservices.Cli.Load.Engine.Transports;

namespace Microservices.Cli.Load.Engine;

/// <summary>
/// One connection of a loop, on whose thread everything of it happens. An idle one is this object and its socket: no task, no timer, no buffer. It may
/// be opened again after it has ended.
/// </summary>
internal sealed class LoadConnection(LoadLoop loop, ILoadProtocol protocol, LoadTransport transport, LoadTarget target, SocketAddress? source, int index) : IDisposable
{
    private readonly LoadLink _link = new(loop, loop.Counters);
    private LoadBytes _held;
    private TlsLayer? _tls;
    private WebSocketLayer? _webSocket;
    private bool _isComingBack;
    private long _beganAt;

    /// <summary>Its number among all connections of the run.</summary>
    public int Index => index;

    /// <summary>What the protocol keeps of it.</summary>
    public object? State { get; set; }

    /// <summary>Those of the loop.</summary>
    public LoadCounters Counters => loop.Counters;

    /// <summary>Where its loop builds frames.</summary>
    public LoadScratch Scratch => loop.Scratch;

    public ILoadProtocol Protocol => protocol;

    public LoadTarget Target => target;

    public LoadPhase Phase { get; private set; }

    /// <summary>How often it was opened.</summary>
    public int Openings { get; private set; }

    /// <summary>It was dropped, and is not back yet.</summary>
    public bool IsComingBack => _isComingBack;

    /// <summary>What was sent waits, because the peer does not read.</summary>
    public bool IsBehind => _link.IsBehind;

    /// <summary>It does not read, and what arrives on it in the end tells nothing about latencies.</summary>
    public bool IsSlow { get; private set; }

    /// <summary>What the peer said before it closed, which tells more than how it closed.</summary>
    public string? Farewell { get; set; }

    /// <summary>When to try again, as the peer said; null = it didn't.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>The peer does not want it to try again.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Told of each end but those that this side wanted. On the loop's thread.</summary>
    internal Action<LoadConnection>? OnEnded { get; set; }

    /// <summary>Told of each login. On the loop's thread.</summary>
    internal Action<LoadConnection>? OnLoggedIn { get; set; }

    /// <summary>Its first opening has come to an end, good or bad.</summary>
    internal bool IsSettled { get; set; }

    internal ulong Mark => _link.Mark;

    internal LoadLoop Loop => loop;

    /// <summary>Begins to connect.</summary>
    public void Open()
    {
        Openings++;
        (Farewell, RetryAfter, IsRefused) = (null, null, false);
        Phase = LoadPhase.Connecting;
        if (!_isComingBack)
        {
            _beganAt = LoadLoop.Now;
            Counters.Begun++;
        }

        if (_link.Open(this, target.Address, source) is { } fault)
        {
            Fail(fault);
        }
    }

    /// <summary>Sends bytes (over WebSockets: one message). What the socket does not take now waits, up to a limit.</summary>
    /// <returns>False: the connection has ended, or too much waits already.</returns>
    public bool Send(ReadOnlySpan<byte> bytes) => _webSocket is null ? SendStream(bytes) : WebSocketLayer.Send(this, bytes);

    /// <summary>It is logged in.</summary>
    /// <param name="isResumed">With the session that it had before it was dropped.</param>
    public void Ready(bool isResumed = false)
    {
        Phase = LoadPhase.Ready;
        Counters.Open++;
        var took = LoadLoop.Now - _beganAt;
        if (!_isComingBack)
        {
            Counters.Verified++;
            Counters.Login.Record(took);
        }
        else
        {
            _isComingBack = false;
            Counters.Back(isResumed, took);
        }

        OnLoggedIn?.Invoke(this);
    }

    /// <summary>A message came.</summary>
    public void Delivered(ReadOnlySpan<byte> frame) => Counters.Deliver(frame, isTimed: !IsSlow);

    /// <summary>It is over, for a reason that this side did not want.</summary>
    public void Fail(string reason)
    {
        if (Phase == LoadPhase.Ended)
        {
            return;
        }

        var told = Farewell ?? reason;
        if (Phase == LoadPhase.Ready)
        {
            Counters.Open--;
            Counters.Closed.Add(told);
        }
        else if (!_isComingBack)
        {
            Counters.Failed.Add(told);
        }

        Farewell = told;
        Close();
        OnEnded?.Invoke(this);
    }

    /// <summary>Lets go of the link without a word, so as to be opened again.</summary>
    public void Drop()
    {
        if (Phase == LoadPhase.Ready)
        {
            Counters.Open--;
            Counters.Dropped++;
            _isComingBack = true;
            _beganAt = LoadLoop.Now;
            Close();
        }
    }

    /// <summary>Says goodbye if it is ready, and closes; not counted.</summary>
    public void Leave()
    {
        if (Phase == LoadPhase.Ready)
        {
            protocol.Leave(this);
        }

        Close();
    }

    /// <summary>Closes the socket, now and without a word; it may be opened again.</summary>
    public void Dispose() => Close();

    /// <summary>Reads nothing any more, until the peer ends the connection.</summary>
    public void StopReading()
    {
        IsSlow = true;
        _link.StopReading();
    }

    internal void OnReady(uint events)
    {
        if (Phase == LoadPhase.Connecting)
        {
            FinishConnecting();
            return;
        }

        if ((events & Epoll.Writable) != 0 && _link.SendBacklog() is { } fault)
        {
            Fail(fault);
        }

        if ((events & ~Epoll.Writable) != 0 && Phase != LoadPhase.Ended)
        {
            Read();
        }
    }

    /// <summary>The transport stands: TCP, and TLS where it is spoken.</summary>
    internal void Connected()
    {
        if (transport.IsWebSocket)
        {
            _webSocket = new WebSocketLayer();
            WebSocketLayer.Begin(this);
        }
        else
        {
            protocol.Open(this);
        }
    }

    /// <summary>Bytes of the protocol or of WebSockets came: behind the room for what is held in <paramref name="buffer"/>.</summary>
    internal void Take(byte[] buffer, int count)
    {
        var bytes = _held.PutBefore(buffer, LoadLoop.MaxHeldBytes, count);
        var openings = Openings;
        var consumed = _webSocket is null ? protocol.Receive(this, bytes) : _webSocket.Receive(this, bytes);
        if (Phase == LoadPhase.Ended || Openings != openings)
        {
            return;
        }

        if (bytes.Length - consumed > LoadLoop.MaxHeldBytes)
        {
            Fail("not understood: frame_too_large");
            return;
        }

        _held.Set(bytes[consumed..]);
    }

    /// <summary>Sends bytes below WebSockets.</summary>
    internal bool SendStream(ReadOnlySpan<byte> bytes) =>
        Phase != LoadPhase.Ended && (_tls is null ? SendRaw(bytes) : _tls.Send(bytes));

    /// <summary>Sends bytes on the socket.</summary>
    internal bool SendRaw(ReadOnlySpan<byte> bytes)
    {
        if (Phase == LoadPhase.Ended)
        {
            return false;
        }

        var isSent = _link.Send(bytes, out var fault);
        if (fault is not null)
        {
            Fail(fault);
        }

        return isSent;
    }

    /// <summary>Closes the socket, now.</summary>
    internal void Close()
    {
        Phase = LoadPhase.Ended;
        _link.Close();
        _held.Clear();
        _tls?.Dispose();
        (_tls, _webSocket, IsSlow) = (null, null, false);
    }

    private void FinishConnecting()
    {
        if (_link.Finish() is { } fault)
        {
            Fail(fault);
            return;
        }

        Phase = LoadPhase.Opening;
        if (transport.Tls is { } options)
        {
            _tls = new TlsLayer(this);
            _tls.Begin(options(target));
        }
        else
        {
            Connected();
        }
    }

    private void Read()
    {
        // What a slow reader has left unread is read when the peer ends it: it may say why.
        var buffer = loop.Buffer;
        var received = _link.Receive(buffer.AsSpan(LoadLoop.MaxHeldBytes), out var fault);
        if (fault is not null)
        {
            Fail(fault);
        }
        else if (received > 0 && _tls is not null)
        {
            _tls.Receive(buffer.AsMemory(LoadLoop.MaxHeldBytes, received));
        }
        else if (received > 0)
        {
            Take(buffer, received);
        }
    }
}
