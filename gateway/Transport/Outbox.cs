namespace Microservices.Gateway.Transport;

/// <summary>
/// Sends the frames of one connection, in the order in which they are posted, from any thread, without waiting. It needs two things of
/// a transport: <i>send what you can now</i> and <i>tell me when you can take more</i>. These are <see cref="IOutlet"/>: a non-blocking send
/// on the connection's socket, or a flush of the transport's pipe, and in both cases a pooled <see cref="Backlog"/>.
/// <list type="number">
/// <item>Nothing waits: the frame is sent at once by the thread that posts it. Nothing is copied, nothing is held afterwards.</item>
/// <item>The system takes only a part: the rest is copied into a backlog, and the outbox sends it when the outlet takes more.</item>
/// <item>Something waits: the frame is copied behind it, so that many small frames leave in one send.</item>
/// <item>Too much waits: the frame is dropped.</item>
/// </list>
/// What stands around a frame (the header or the text envelope of a WebSocket) was put there by the connection, or once for all who need it: here
/// are only bytes, whichever outlet takes them.
/// </summary>
internal sealed class Outbox
{
    private readonly IOutlet _outlet;
    private readonly OutboxParts _parts;
    private readonly IOutboxOwner _owner;

    // Guarded by this. A lock object of its own would cost each connection 40 bytes; nobody else can see an outbox to lock it.
    private Backlog? _backlog;
    private State _state;
    private bool _isHeld;
    private bool _failedWhileHeld;
    private bool _beganWhileHeld;

    public Outbox(IOutlet outlet, OutboxParts parts, IOutboxOwner owner)
    {
        _outlet = outlet;
        _parts = parts;
        _owner = owner;
    }

    private enum State : byte
    {
        Open,

        // The last frame is posted; the sending side closes behind it.
        Completing,
        Closed,
    }

    /// <summary>Bytes that wait for the peer.</summary>
    public int PendingBytes
    {
        get
        {
            lock (this)
            {
                return _backlog?.PendingBytes ?? 0;
            }
        }
    }

    /// <summary>Since when the peer has taken nothing while bytes wait, on the clock of the parts; null when none wait.</summary>
    public long? StuckSinceMs
    {
        get
        {
            lock (this)
            {
                return _backlog?.ProgressMs;
            }
        }
    }

    /// <summary>Posts one frame. Its bytes are not needed after the return.</summary>
    public PostOutcome Post(ReadOnlySpan<byte> frame)
    {
        bool began;
        PostOutcome outcome;
        lock (this)
        {
            if (_state != State.Open)
            {
                return PostOutcome.Closed;
            }

            if (_backlog is not null && _backlog.PendingBytes + frame.Length > _parts.MaxPendingBytes)
            {
                return PostOutcome.Full;
            }

            outcome = Write(frame, out began);
            if (IsNotedWhileHeld(outcome, began))
            {
                return outcome;
            }
        }

        Tell(outcome, began);
        return outcome;
    }

    /// <summary>Posts what the connection lacks of a run: the place that it has come to moves together with the frames, and stays where they are not taken.</summary>
    /// <param name="run">Numbered frames.</param>
    /// <param name="position">The number of the first frame that the connection lacks; guarded by this outbox.</param>
    /// <param name="from">Where it stood before. Nothing is posted when that is the end of the run or behind it.</param>
    public PostOutcome Post(in FrameRun run, ref long position, out long from)
    {
        bool began;
        PostOutcome outcome;
        lock (this)
        {
            from = position;
            if (from >= run.End)
            {
                return PostOutcome.Sent;
            }

            var frames = run.From(from);
            if (_state != State.Open)
            {
                return PostOutcome.Closed;
            }

            if (_backlog is not null && _backlog.PendingBytes + frames.Length > _parts.MaxPendingBytes)
            {
                return PostOutcome.Full;
            }

            position = run.End;
            outcome = Write(frames, out began);
            if (IsNotedWhileHeld(outcome, began))
            {
                return outcome;
            }
        }

        Tell(outcome, began);
        return outcome;
    }

    /// <summary>Moves the place that the connection has come to; nothing is posted.</summary>
    /// <returns>Where it stood before.</returns>
    public long Move(ref long position, long to)
    {
        lock (this)
        {
            var from = position;
            position = to;
            return from;
        }
    }

    /// <summary>As <see cref="Move"/>, forward only.</summary>
    public long Skip(ref long position, long to)
    {
        lock (this)
        {
            return Move(ref position, Math.Max(position, to));
        }
    }

    /// <summary>
    /// Whatever others post meanwhile comes behind what <paramref name="posts"/> posts. What the owner is to be told of those comes when nothing is
    /// locked any more: it may lock what others hold while they post.
    /// </summary>
    public void Hold(Action posts)
    {
        bool failed;
        bool began;
        lock (this)
        {
            if (_isHeld)
            {
                // Within another, which tells at its end.
                posts();
                return;
            }

            _isHeld = true;
            try
            {
                posts();
            }
            finally
            {
                (failed, began) = (_failedWhileHeld, _beganWhileHeld);
                _isHeld = _failedWhileHeld = _beganWhileHeld = false;
            }
        }

        Tell(failed ? PostOutcome.Closed : PostOutcome.Sent, began);
    }

    /// <summary>Posts the last frame (which may be empty, and for which there is always room); the sending side closes behind it. Later posts are dropped.</summary>
    public void Complete(ReadOnlySpan<byte> lastFrame)
    {
        bool began;
        PostOutcome outcome;
        lock (this)
        {
            if (_state != State.Open)
            {
                return;
            }

            _state = State.Completing;
            outcome = lastFrame.IsEmpty && _backlog is null ? PostOutcome.Sent : Write(lastFrame, out began);
            began = _backlog is not null;
            if (outcome == PostOutcome.Sent && _state == State.Completing)
            {
                Finish();
            }

            if (IsNotedWhileHeld(outcome, began))
            {
                return;
            }
        }

        Tell(outcome, began);
    }

    /// <summary>Sends nothing more. Whoever aborts also ends the connection: that frees the backlog of a send that is under way.</summary>
    public void Abort()
    {
        lock (this)
        {
            _state = State.Closed;
        }
    }

    /// <summary>The send of the backlog has ended; called by the system.</summary>
    internal void OnSent(Backlog backlog)
    {
        bool failed;
        bool drained;
        lock (this)
        {
            var closed = _state == State.Closed;
            failed = !Took(backlog) || (!closed && !Pump(backlog));
            if (failed || closed)
            {
                _state = State.Closed;
                Release(backlog);
            }

            failed &= !closed;
            drained = _backlog is null && _state == State.Open;
        }

        if (failed)
        {
            _owner.OnSendFailed();
        }
        else if (drained)
        {
            _owner.OnDrained();
        }
    }

    private PostOutcome Write(ReadOnlySpan<byte> frame, out bool began)
    {
        began = false;
        if (_backlog is { } waiting)
        {
            waiting.Append(frame);
            _parts.AddPending(frame.Length);
            return PostOutcome.Waiting;
        }

        if (!_outlet.TrySend(frame, out var sent))
        {
            _state = State.Closed;
            return PostOutcome.Closed;
        }

        if (sent == frame.Length)
        {
            return PostOutcome.Sent;
        }

        _backlog = _parts.Rent(this);
        _backlog.Append(frame[sent..]);
        _parts.AddPending(frame.Length - sent);
        if (!Pump(_backlog))
        {
            _state = State.Closed;
            Release(_backlog);
            return PostOutcome.Closed;
        }

        began = _backlog is not null;
        return began ? PostOutcome.Waiting : PostOutcome.Sent;
    }

    /// <summary>Sends until the outlet takes no more, or everything is sent and the backlog given back.</summary>
    /// <returns>False: the link is broken.</returns>
    private bool Pump(Backlog backlog)
    {
        while (backlog.PendingBytes > 0)
        {
            if (_outlet.Send(backlog))
            {
                return true;
            }

            if (!Took(backlog))
            {
                return false;
            }
        }

        Release(backlog);
        if (_state == State.Completing)
        {
            Finish();
        }

        return true;
    }

    private bool Took(Backlog backlog)
    {
        var bytes = _outlet.Taken(backlog);
        if (bytes == 0)
        {
            return false;
        }

        backlog.Took(bytes, _parts.NowMs);
        _parts.AddPending(-bytes);
        return true;
    }

    private void Release(Backlog backlog)
    {
        _backlog = null;
        _parts.Return(backlog);
    }

    private void Finish()
    {
        _state = State.Closed;
        _outlet.Finish();
    }

    /// <summary>Within the lock: whoever is here while it is held is within <see cref="Hold"/>.</summary>
    private bool IsNotedWhileHeld(PostOutcome outcome, bool began)
    {
        if (_isHeld)
        {
            _failedWhileHeld |= outcome == PostOutcome.Closed;
            _beganWhileHeld |= began;
        }

        return _isHeld;
    }

    private void Tell(PostOutcome outcome, bool began)
    {
        if (outcome == PostOutcome.Closed)
        {
            _owner.OnSendFailed();
        }
        else if (began)
        {
            _owner.OnBacklog();
        }
    }
}
