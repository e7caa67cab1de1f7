using Microservices.Gateway.Delivery.Channels;

namespace Microservices.Gateway.Delivery.Shared;

/// <summary>
/// What the room has read of a channel that many sessions read: ranges of its log, each complete, that don't overlap. Bounded in entries, bytes and
/// in how long nobody asked for it; what was asked for least recently goes first. Not thread-safe.
/// </summary>
internal sealed class SharedCache(SharedLimits limits)
{
    /// <summary>What an entry costs beside its content, which counts twice: for itself, and for what is held around it.</summary>
    private const int EntryBytes = 256;

    // By position.
    private readonly List<Range> _ranges = [];

    /// <summary>Entries; a range without any counts as one.</summary>
    public int Entries { get; private set; }

    /// <summary>About what they hold.</summary>
    public long Bytes { get; private set; }

    /// <summary>Keeps what the page tells and is not here yet.</summary>
    public void Add(LogPage page, long nowMs)
    {
        var from = page.After;
        var at = FirstBehind(from);
        while (from < page.Covered)
        {
            var next = at < _ranges.Count ? _ranges[at] : null;
            if (next is null || next.After >= page.Covered)
            {
                Insert(at, page, from, page.Covered, nowMs);
                break;
            }

            if (next.After > from)
            {
                Insert(at++, page, from, next.After, nowMs);
            }

            from = next.Covered;
            at++;
        }

        Trim(nowMs);
    }

    /// <summary>What lies behind a position, if it is here.</summary>
    /// <param name="after">The position.</param>
    /// <param name="head">The latest entry that is known.</param>
    /// <param name="nowMs">When it is asked for.</param>
    public LogPage? Find(LogPosition after, LogPosition head, long nowMs)
    {
        var at = FirstBehind(after);
        if (at == _ranges.Count || _ranges[at].After > after)
        {
            return null;
        }

        var first = _ranges[at].Behind(after);
        var covered = _ranges[at].Covered;
        var bytes = _ranges[at].Bytes;
        _ranges[at].UsedMs = nowMs;
        List<PageEntry>? several = null;
        for (at++; at < _ranges.Count && _ranges[at].After == covered; at++)
        {
            var range = _ranges[at];
            bytes += range.Bytes;
            if ((several?.Count ?? first.Count) + range.Entries.Count > limits.PageMessages || bytes > limits.PageBytes)
            {
                break;
            }

            if (range.Entries.Count > 0)
            {
                (several ??= [.. first]).AddRange(range.Entries);
            }

            covered = range.Covered;
            range.UsedMs = nowMs;
        }

        return new LogPage(several ?? (IReadOnlyList<PageEntry>)first, after, covered, LogPosition.Later(head, covered));
    }

    /// <summary>Drops what is too much, and what nobody asked for in a long time.</summary>
    public void Trim(long nowMs)
    {
        var oldestMs = nowMs - (long)limits.MaxAge.TotalMilliseconds;
        for (var i = _ranges.Count - 1; i >= 0; i--)
        {
            if (_ranges[i].UsedMs < oldestMs)
            {
                Remove(i);
            }
        }

        while (Entries > limits.MaxEntries || Bytes > limits.MaxBytes)
        {
            var least = 0;
            for (var i = 1; i < _ranges.Count; i++)
            {
                least = _ranges[i].UsedMs < _ranges[least].UsedMs ? i : least;
            }

            Remove(least);
        }
    }

    /// <summary>The first range that reaches beyond a position.</summary>
    private int FirstBehind(LogPosition position)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].Covered > position ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private void Insert(int at, LogPage page, LogPosition after, LogPosition covered, long nowMs)
    {
        var entries = page.Entries.Where(entry => entry.Position > after && entry.Position <= covered).ToArray();
        var bytes = entries.Sum(static entry => EntryBytes + (2L * (entry.Content?.Bytes ?? 0)));
        var range = new Range(after, covered, entries, Math.Max(bytes, EntryBytes)) { UsedMs = nowMs };
        _ranges.Insert(at, range);
        Entries += range.Count;
        Bytes += range.Bytes;
    }

    private void Remove(int at)
    {
        Entries -= _ranges[at].Count;
        Bytes -= _ranges[at].Bytes;
        _ranges.RemoveAt(at);
    }

    private sealed class Range(LogPosition after, LogPosition covered, PageEntry[] entries, long bytes)
    {
        public LogPosition After => after;

        public LogPosition Covered => covered;

        public ArraySegment<PageEntry> Entries { get; } = entries;

        public long Bytes => bytes;

        public int Count => Math.Max(1, Entries.Count);

        public long UsedMs { get; set; }

        public ArraySegment<PageEntry> Behind(LogPosition position)
        {
            var skip = 0;
            while (skip < Entries.Count && Entries[skip].Position <= position)
            {
                skip++;
            }

            return Entries[skip..];
        }
    }
}
