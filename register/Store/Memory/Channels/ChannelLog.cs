using System.Runtime.InteropServices;

namespace Microservices.Register.Store.Memory.Channels;

/// <summary>The entries of one channel in their order. The caller holds the lock.</summary>
internal sealed class ChannelLog
{
    private readonly List<LogEntry> _entries = [];

    public LogPosition Head { get; private set; }

    public long Bytes { get; private set; }

    public int Count => _entries.Count;

    public ReadOnlySpan<LogEntry> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>When the first of the entries expires, Unix time.</summary>
    public long FirstExpiryMs => _entries.Min(static entry => entry.ExpiresUnixMs);

    public LogEntry Add(ReadOnlyMemory<byte> content, long expiresMs, ulong newEpoch)
    {
        Head = new LogPosition(Head == LogPosition.Start ? newEpoch : Head.Epoch, Head.Seq + 1);
        var entry = new LogEntry(Head, content, expiresMs);
        _entries.Add(entry);
        Bytes += content.Length;
        return entry;
    }

    /// <summary>The first entry behind the position that hasn't expired.</summary>
    public LogEntry? FirstAfter(LogPosition position, long nowMs)
    {
        foreach (var entry in Entries[CountUpTo(position)..])
        {
            if (!entry.IsExpired(nowMs))
            {
                return entry;
            }
        }

        return null;
    }

    public bool IsWaiting(LogPosition position, long nowMs) =>
        CountUpTo(position) is var count && count > 0 && Entries[count - 1] is var entry && entry.Position == position && !entry.IsExpired(nowMs);

    public LogPage Read(LogPosition after, PageLimits limits, long nowMs)
    {
        List<StoredEntry> page = [];
        long bytes = 0;
        foreach (var entry in Entries[CountUpTo(after)..])
        {
            if (entry.IsExpired(nowMs))
            {
                continue;
            }

            bytes += entry.Content.Length;
            if (page.Count == limits.MaxMessages || (page.Count > 0 && bytes > limits.MaxBytes))
            {
                return new LogPage(page, after, page[^1].Position, Head);
            }

            page.Add(entry.ToStored());
        }

        return new LogPage(page, after, after > Head ? after : Head, Head);
    }

    /// <summary>Takes the entries up to the position out of the log.</summary>
    public LogEntry[] RemoveUpTo(LogPosition position)
    {
        var removed = Entries[..CountUpTo(position)].ToArray();
        _entries.RemoveRange(0, removed.Length);
        Bytes -= removed.Sum(static entry => (long)entry.Content.Length);
        return removed;
    }

    public void RemoveOldest() => RemoveUpTo(_entries[0].Position);

    /// <summary>Takes out what has expired; returns how many.</summary>
    public int RemoveExpired(long nowMs)
    {
        var removed = _entries.RemoveAll(entry => entry.IsExpired(nowMs));
        Bytes = _entries.Sum(static entry => (long)entry.Content.Length);
        return removed;
    }

    /// <summary>How many entries stand up to the position.</summary>
    private int CountUpTo(LogPosition position)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Entries[middle].Position <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
