namespace Microservices.Register.Store.Sqlite;

/// <summary>What became of the entries of inboxes, by partition and app.</summary>
internal sealed class LedgerTable(Statements sql)
{
    /// <summary>Nothing is counted for the channel "all".</summary>
    public void Count(LogRow log, long accepted = 0, long acknowledged = 0, long expired = 0, long dead = 0)
    {
        if (log.Partition >= 0 && accepted + acknowledged + expired + dead > 0)
        {
            sql.Run(
                """
                INSERT INTO ledger (partition, app, accepted, acknowledged, expired, dead, pending) VALUES ($1, $2, $3, $4, $5, $6, $3 - $4 - $5 - $6)
                ON CONFLICT DO UPDATE SET accepted = accepted + $3, acknowledged = acknowledged + $4, expired = expired + $5, dead = dead + $6,
                    pending = pending + $3 - $4 - $5 - $6
                """,
                log.Partition,
                log.App,
                accepted,
                acknowledged,
                expired,
                dead);
        }
    }

    public LedgerCounts Read(string app, int partition, long? measured) => sql.Row(
        "SELECT accepted, acknowledged, expired, dead, pending FROM ledger WHERE partition = $1 AND app = $2",
        row => new LedgerCounts(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), measured),
        partition,
        app) ?? new LedgerCounts(0, 0, 0, 0, 0, measured);
}
