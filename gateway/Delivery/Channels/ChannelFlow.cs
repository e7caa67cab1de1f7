namespace Microservices.Gateway.Delivery.Channels;

/// <summary>
/// What a session has been sent of a channel, and what comes next: a state machine without IO. Whatever tells of a message (the bus, a page of the log,
/// a nudge, a head) tells it here, in any order and any number of times; what goes out is in order, complete, and once.
/// <list type="number">
/// <item>Until it is open it sends nothing, and notes how far the log is known to go.</item>
/// <item>What comes right behind <see cref="Sent"/> is sent; what was sent is dropped; what leaves a gap is kept for a moment, then the log is read.</item>
/// <item>Too much unacknowledged, or waiting to be written: what comes is forgotten, and read when there is room.</item>
/// <item>A page moves it over the holes that it covers.</item>
/// </list>
/// Guarded by its own lock, which callers take. It holds memory of its own only while something is in flight or came too early.
/// </summary>
internal sealed class ChannelFlow
{
    private LogPosition _sent;
    private LogPosition _acknowledged;

    // The furthest that something told of since the latest reading began.
    private LogPosition _known;
    private FlowTraffic? _traffic;
    private long _oldestMs;
    private bool _wasOpened;
    private bool _isOpen;
    private bool _isReading;
    private bool _isLookedAt;
    private bool _isFull;
    private bool _isUnwritten;
    private bool _hasEnded;
    private bool _isGathering;

    /// <summary>Everything up to here was sent, or is no more.</summary>
    public LogPosition Sent => _sent;

    /// <summary>The reader is done with everything up to here.</summary>
    public LogPosition Acknowledged => _acknowledged;

    /// <summary>It was opened on this session, if not for the present lease.</summary>
    public bool WasOpened => _wasOpened;

    /// <summary>It waits for acknowledgements, for the client to read, or while what comes is gathered.</summary>
    public bool IsBehind => _isFull || _isUnwritten || _isGathering;

    /// <summary>It waits until nothing waits for the client. May be asked for without the lock.</summary>
    public bool AwaitsDrain => Volatile.Read(ref _isUnwritten);

    public int InFlight => _traffic?.InFlight ?? 0;

    /// <summary>When the oldest that is in flight was sent; 0 = nothing is. May be asked for without the lock.</summary>
    public long OldestMs => Volatile.Read(ref _oldestMs);

    /// <summary>Begins, or begins again, at the reader's cursor <see cref="LogPage.After"/>, with the page behind it.</summary>
    public FlowNeeds Open<TSink>(LogPage page, ref TSink sink)
        where TSink : struct, IFlowSink
    {
        var needs = FlowNeeds.None;
        if (_hasEnded)
        {
            return needs;
        }

        if (!_wasOpened)
        {
            (_sent, _acknowledged) = (page.After, page.After);
        }
        else if (page.After >= _acknowledged)
        {
            // Given up, or acknowledged elsewhere.
            Settle(page.After, sink.Limits);
            _sent = LogPosition.Later(_sent, page.After);
        }
        else
        {
            // Register doesn't know what it was told.
            needs |= FlowNeeds.TellCursor;
        }

        _wasOpened = true;
        _isOpen = true;
        return needs | Add(page, isAnswer: false, ref sink);
    }

    /// <summary>The session isn't claimed at present: nothing is sent until it is opened again.</summary>
    public void Suspend()
    {
        _isOpen = false;
        _isReading = false;
        _traffic?.ForgetEarly();
        Release();
    }

    /// <summary>A message came on the bus.</summary>
    public FlowNeeds Offer<TSink>(LogPosition position, KeptContent content, ref TSink sink)
        where TSink : struct, IFlowSink
    {
        if (_wasOpened && position <= _sent)
        {
            return FlowNeeds.Repeated;
        }

        _known = LogPosition.Later(_known, position);
        if (!_isOpen || IsBehind)
        {
            return FlowNeeds.None;
        }

        if (_sent.IsFollowedBy(position))
        {
            var needs = FlowNeeds.None;
            if (TrySend(position, content, ref sink, ref needs))
            {
                SendEarly(ref sink, ref needs);
            }

            return needs | Next(mayWait: true);
        }

        (_traffic ??= new FlowTraffic()).Keep(position, content, sink.Limits);
        return Next(mayWait: true);
    }

    /// <summary>A part of the log that everybody is told, unasked.</summary>
    public FlowNeeds Offer<TSink>(LogPage page, ref TSink sink)
        where TSink : struct, IFlowSink
    {
        if (_wasOpened && page.Covered <= _sent)
        {
            return page.Entries.Count > 0 ? FlowNeeds.Repeated : FlowNeeds.None;
        }

        _known = LogPosition.Later(_known, page.Covered);
        return !_isOpen || IsBehind ? FlowNeeds.None
            : page.After > _sent ? Next(mayWait: false)
            : Add(page, isAnswer: false, ref sink);
    }

    /// <summary>The log goes up to <paramref name="head"/>; the client is away, so it is read later, with what comes until then.</summary>
    public FlowNeeds Gather(LogPosition head)
    {
        if (_wasOpened && head <= _sent)
        {
            return FlowNeeds.Repeated;
        }

        _known = LogPosition.Later(_known, head);
        if (!_isOpen || _isGathering)
        {
            return FlowNeeds.None;
        }

        _isGathering = true;
        _traffic?.ForgetEarly();
        return FlowNeeds.Gather;
    }

    /// <summary>What was gathered is read; no-op when nothing was.</summary>
    public FlowNeeds EndGathering()
    {
        _isGathering = false;
        return Next(mayWait: false);
    }

    /// <summary>The log goes up to <paramref name="head"/>, as was learnt without a message.</summary>
    public FlowNeeds Hint(LogPosition head)
    {
        _known = LogPosition.Later(_known, head);
        return Next(mayWait: false);
    }

    /// <summary>The page that was asked for.</summary>
    public FlowNeeds Take<TSink>(LogPage page, ref TSink sink)
        where TSink : struct, IFlowSink
    {
        _isReading = false;
        return _isOpen ? Add(page, isAnswer: true, ref sink) : FlowNeeds.None;
    }

    /// <summary>The gap has been waited for.</summary>
    public FlowNeeds Look()
    {
        _isLookedAt = false;
        var needs = Next(mayWait: false);
        return needs.HasFlag(FlowNeeds.Read) ? needs | FlowNeeds.Gap : needs;
    }

    /// <summary>The log can't be read at the moment: in a while it is asked for again.</summary>
    public FlowNeeds Postpone()
    {
        _isReading = false;
        _known = LogPosition.Beyond;
        return Next(mayWait: true);
    }

    /// <summary>Nothing waits for the client to read.</summary>
    public FlowNeeds Drained()
    {
        Volatile.Write(ref _isUnwritten, false);
        return Next(mayWait: false);
    }

    /// <summary>The client is done with everything up to <paramref name="position"/>.</summary>
    public AckVerdict Acknowledge(LogPosition position, FlowLimits limits, out FlowNeeds needs)
    {
        needs = FlowNeeds.None;
        if (position > _sent)
        {
            return AckVerdict.NeverSent;
        }

        if (position <= _acknowledged)
        {
            return AckVerdict.Old;
        }

        Settle(position, limits);
        needs = FlowNeeds.TellCursor | Next(mayWait: false);
        return AckVerdict.Taken;
    }

    /// <summary>The time in which acknowledgements were not read doesn't count.</summary>
    public void PutOffAcks(uint byMs, long nowMs)
    {
        _traffic?.PutOff(byMs, nowMs);
        Volatile.Write(ref _oldestMs, _traffic?.OldestMs ?? 0);
    }

    /// <summary>The session has ended: nothing is kept any more.</summary>
    /// <returns>How many were in flight.</returns>
    public int End()
    {
        var inFlight = InFlight;
        _hasEnded = true;
        _isOpen = false;
        _traffic = null;
        Volatile.Write(ref _oldestMs, 0);
        return inFlight;
    }

    private FlowNeeds Add<TSink>(LogPage page, bool isAnswer, ref TSink sink)
        where TSink : struct, IFlowSink
    {
        var needs = FlowNeeds.None;
        var before = _sent;
        if (page.After <= _sent)
        {
            var isWhole = true;

            // By index: an enumerator would be an object for each of those who are told the page.
            for (var i = 0; i < page.Entries.Count; i++)
            {
                var entry = page.Entries[i];
                if (entry.Position <= _sent)
                {
                    continue;
                }

                if (entry.Content is null)
                {
                    _sent = entry.Position;
                }
                else if (!TrySend(entry.Position, entry.Content, ref sink, ref needs))
                {
                    isWhole = false;
                    break;
                }
            }

            if (isWhole)
            {
                _sent = LogPosition.Later(_sent, page.Covered);
            }
        }

        _known = LogPosition.Later(_known, LogPosition.Later(page.Head, page.Covered));
        SendEarly(ref sink, ref needs);
        if (!sink.Acknowledges && sink.HasBacklog && _known > _sent && !IsBehind)
        {
            // What was written is acknowledged: no more of it than one page waits in the gateway.
            needs |= AwaitDrain();
        }

        // A page that got nowhere is not asked for again at once.
        return needs | Next(mayWait: (isAnswer && _sent == before) || (page.Covered >= page.Head && _traffic is { HasEarly: true }));
    }

    /// <summary>False: it is to be read later.</summary>
    private bool TrySend<TSink>(LogPosition position, KeptContent content, ref TSink sink, ref FlowNeeds needs)
        where TSink : struct, IFlowSink
    {
        if (IsBehind)
        {
            return false;
        }

        if (content.ExpiresUnixMs > 0 && content.ExpiresUnixMs <= sink.NowUnixMs)
        {
            _sent = position;
            return true;
        }

        if (sink.Acknowledges && _traffic is { } traffic && !traffic.HasRoom(content.Bytes, sink.Limits))
        {
            _isFull = true;
            traffic.ForgetEarly();
            needs |= FlowNeeds.Behind;
            return false;
        }

        switch (sink.Send(position, content))
        {
            case SendOutcome.Sent when sink.Acknowledges:
                _sent = position;
                (_traffic ??= new FlowTraffic()).Sent(position, content.Bytes, sink.NowMs);
                if (_traffic.InFlight == 1)
                {
                    Volatile.Write(ref _oldestMs, _traffic.OldestMs);
                    needs |= FlowNeeds.WatchAck;
                }

                return true;
            case SendOutcome.Sent:
            case SendOutcome.Skipped when InFlight == 0:
                (_sent, _acknowledged) = (position, position);
                needs |= FlowNeeds.TellCursor;
                return true;
            case SendOutcome.Skipped:
                _sent = position;
                return true;
            case SendOutcome.Full:
                needs |= AwaitDrain();
                return false;
            default:
                // The connection ends; what was not sent is in the log.
                _isOpen = false;
                _traffic?.ForgetEarly();
                return false;
        }
    }

    private void SendEarly<TSink>(ref TSink sink, ref FlowNeeds needs)
        where TSink : struct, IFlowSink
    {
        while (_isOpen && !IsBehind && _traffic is { } traffic && traffic.TryTakeNext(_sent, out var position, out var content))
        {
            TrySend(position, content, ref sink, ref needs);
        }
    }

    private FlowNeeds AwaitDrain()
    {
        Volatile.Write(ref _isUnwritten, true);
        _traffic?.ForgetEarly();
        return FlowNeeds.WatchDrain | FlowNeeds.Behind;
    }

    private void Settle(LogPosition position, FlowLimits limits)
    {
        _acknowledged = position;
        _traffic?.Acknowledge(position);
        _isFull &= _traffic is { } traffic && !traffic.IsHalfFree(limits);
        Volatile.Write(ref _oldestMs, _traffic?.OldestMs ?? 0);
    }

    /// <summary>What is to be done about what is known to be in the log and was not sent.</summary>
    private FlowNeeds Next(bool mayWait)
    {
        Release();
        if (!_isOpen || IsBehind || _isReading || _isLookedAt || _known <= _sent)
        {
            return FlowNeeds.None;
        }

        if (mayWait)
        {
            _isLookedAt = true;
            return FlowNeeds.Look;
        }

        // The page tells of everything that is known by now; what was lost with the store's data is not waited for.
        _isReading = true;
        _known = _sent;
        return FlowNeeds.Read;
    }

    private void Release()
    {
        if (_traffic is { IsEmpty: true })
        {
            _traffic = null;
        }
    }
}
