namespace Microservices.Register.Store.Memory.Channels;

/// <summary>What became of the entries of one app's inboxes in one partition. The caller holds the lock.</summary>
internal sealed class LedgerRow
{
    public long Accepted { get; set; }

    public long Acknowledged { get; set; }

    public long Expired { get; set; }

    public long Dead { get; set; }

    public long Pending { get; set; }

    public void Accept()
    {
        Accepted++;
        Pending++;
    }

    public void Expire(int count)
    {
        Expired += count;
        Pending -= count;
    }

    /// <summary>Entries left because the last reader passed them.</summary>
    /// <param name="givenUp">Which of them that reader gave up; null = none.</param>
    public void Pass(IEnumerable<LogEntry> entries, LogPosition? givenUp, long nowMs)
    {
        foreach (var entry in entries)
        {
            Pending--;
            if (entry.IsExpired(nowMs))
            {
                Expired++;
            }
            else if (entry.Position == givenUp)
            {
                Dead++;
            }
            else
            {
                Acknowledged++;
            }
        }
    }
}
