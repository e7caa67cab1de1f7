namespace Microservices.Register.Store.Memory.Channels;

/// <summary>The channel "all" of one app.</summary>
internal sealed class AllChannel
{
    private readonly Lock _sync = new();
    private readonly ChannelLog _log = new();
    private readonly MessageKeys _keys = new();

    public LogPosition Head
    {
        get
        {
            lock (_sync)
            {
                return _log.Head;
            }
        }
    }

    public AppendOutcome Append(Append append, long now)
    {
        lock (_sync)
        {
            if (_keys.Find(append, now) is { } known)
            {
                return known.Repeat(append, _log.IsWaiting(known.Position, now / 1000));
            }

            MakeRoom(append, now / 1000);
            var entry = _log.Add(append.Content, append.ExpiresMs(now), (ulong)now);
            _keys.Keep(append, entry, now);
            return AppendOutcome.Appended(append, entry.Position, entry.ExpiresUnixMs);
        }
    }

    public LogPage Read(LogPosition after, PageLimits limits, long now)
    {
        lock (_sync)
        {
            return _log.Read(after, limits, now / 1000);
        }
    }

    private void MakeRoom(Append append, long nowMs)
    {
        if (IsFull(append))
        {
            _log.RemoveExpired(nowMs);
        }

        while (_log.Count > 0 && IsFull(append))
        {
            _log.RemoveOldest();
        }
    }

    private bool IsFull(Append append) =>
        _log.Count >= append.Rules.MaxMessages || _log.Bytes + append.Content.Length > append.Rules.MaxBytes;
}
