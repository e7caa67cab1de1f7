namespace Microservices.Gateway.Delivery.Channels;

/// <summary>What a flow holds while something is in flight or came too early; an idle flow has none.</summary>
internal sealed class FlowTraffic
{
    private readonly Queue<(LogPosition Position, int Bytes, long SentMs)> _inFlight = new();
    private List<(LogPosition Position, KeptContent Content)>? _early;
    private int _inFlightBytes;
    private int _earlyBytes;

    public int InFlight => _inFlight.Count;

    public bool HasEarly => _early is { Count: > 0 };

    public bool IsEmpty => InFlight == 0 && !HasEarly;

    /// <summary>When the oldest in flight was sent, at least 1; 0 = none is.</summary>
    public long OldestMs => _inFlight.TryPeek(out var oldest) ? oldest.SentMs : 0;

    public bool HasRoom(int bytes, FlowLimits limits) =>
        InFlight == 0 || (InFlight < limits.MaxInFlight && _inFlightBytes + bytes <= limits.MaxInFlightBytes);

    /// <summary>At least half of the window is free.</summary>
    public bool IsHalfFree(FlowLimits limits) => InFlight <= limits.MaxInFlight / 2 && _inFlightBytes <= limits.MaxInFlightBytes / 2;

    public void Sent(LogPosition position, int bytes, long nowMs)
    {
        _inFlight.Enqueue((position, bytes, Math.Max(1, nowMs)));
        _inFlightBytes += bytes;
    }

    public void Acknowledge(LogPosition position)
    {
        while (_inFlight.TryPeek(out var oldest) && oldest.Position <= position)
        {
            _inFlightBytes -= oldest.Bytes;
            _inFlight.Dequeue();
        }
    }

    /// <summary>Those in flight were as if sent so much later, and now at the latest.</summary>
    public void PutOff(uint byMs, long nowMs)
    {
        for (var i = _inFlight.Count; i > 0; i--)
        {
            var sent = _inFlight.Dequeue();
            _inFlight.Enqueue(sent with { SentMs = Math.Max(1, Math.Min(nowMs, sent.SentMs + byMs)) });
        }
    }

    /// <summary>Keeps what came too early, in order, unless there is too much; what is not kept will be read.</summary>
    public void Keep(LogPosition position, KeptContent content, FlowLimits limits)
    {
        _early ??= [];
        if (_early.Count == limits.MaxReordered || (_early.Count > 0 && _earlyBytes + content.Bytes > limits.MaxReorderedBytes))
        {
            return;
        }

        var at = _early.Count;
        while (at > 0 && _early[at - 1].Position > position)
        {
            at--;
        }

        if (at == 0 || _early[at - 1].Position != position)
        {
            _early.Insert(at, (position, content));
            _earlyBytes += content.Bytes;
        }
    }

    /// <summary>Takes the one that comes right behind <paramref name="sent"/>; those that were overtaken are forgotten.</summary>
    public bool TryTakeNext(LogPosition sent, out LogPosition position, out KeptContent content)
    {
        while (_early is { Count: > 0 })
        {
            (position, content) = _early[0];
            if (position > sent && !sent.IsFollowedBy(position))
            {
                return false;
            }

            _early.RemoveAt(0);
            _earlyBytes -= content.Bytes;
            if (position > sent)
            {
                return true;
            }
        }

        (position, content) = (default, null!);
        return false;
    }

    public void ForgetEarly()
    {
        _early = null;
        _earlyBytes = 0;
    }
}
