using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>Fills pages into one answer until it has its bytes. What comes late is cut, and says so by what it covers.</summary>
internal sealed class ReplyBudget(ILogger logger)
{
    // Position, expiry and tags of an entry.
    private const int EntryBytes = 48;
    private const int LeastShare = 8 * 1024;

    // What the store may be asked for at once; entries that are longer than a share come all the same.
    private const long AtOnceBytes = 32 * 1024 * 1024;

    private int _left = ChannelLimits.MaxReplyBytes;

    public bool IsSpent => _left <= 0;

    /// <summary>
    /// Parts of a batch to ask the store for, one after the other, with the limits of each page: none makes the store return much more than
    /// one answer holds.
    /// </summary>
    /// <param name="longestEntries">Of each item, bytes.</param>
    public IEnumerable<(Range Part, PageLimits Limits)> Parts(IReadOnlyList<int> longestEntries, PageLimits limits)
    {
        var share = limits with { MaxBytes = Math.Min(limits.MaxBytes, Math.Max(LeastShare, ChannelLimits.MaxReplyBytes / Math.Max(1, longestEntries.Count))) };
        for (var start = 0; start < longestEntries.Count;)
        {
            var end = start;
            for (long bytes = 0; end < longestEntries.Count && (end == start || bytes < AtOnceBytes); end++)
            {
                bytes += Math.Max(share.MaxBytes, longestEntries[end]);
            }

            // Once it is spent, only where the channels stand is worth asking.
            yield return (start..end, IsSpent ? new PageLimits(1, 1) : share);
            start = end;
        }
    }

    /// <summary>How many of the entries the answer still takes; the first comes all the same.</summary>
    public int CountFitting(IEnumerable<StoredEntry> entries)
    {
        var left = _left;
        return entries.TakeWhile((entry, i) => (left -= entry.Content.Length + EntryBytes) > 0 || i == 0).Count();
    }

    public ChannelPage Fit(LogPage page)
    {
        var fitted = new ChannelPage { After = page.After.ToContract(), Head = page.Head.ToContract() };
        var covered = page.After;
        foreach (var entry in page.Entries)
        {
            if (IsSpent)
            {
                fitted.Covered = covered.ToContract();
                return fitted;
            }

            if (Take(entry) is { } read)
            {
                fitted.Entries.Add(read);
            }

            covered = entry.Position;
        }

        fitted.Covered = page.Covered.ToContract();
        return fitted;
    }

    /// <summary>Null, as if it had been dropped: it can't be read, and must not hold up what comes after it.</summary>
    public LogEntry? Take(StoredEntry entry)
    {
        _left -= entry.Content.Length + EntryBytes;
        try
        {
            return new LogEntry
            {
                Position = entry.Position.ToContract(),
                Kind = entry.Kind,
                Message = KeptMessage.Parser.ParseFrom(entry.Content.Span),
                ExpiresUnixMs = entry.ExpiresUnixMs,
            };
        }
        catch (InvalidProtocolBufferException fault)
        {
            Log.EntryUnreadable(logger, fault, entry.Position.Epoch, entry.Position.Seq);
            return null;
        }
    }
}
