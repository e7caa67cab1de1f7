namespace Microservices.Register.Store.Sqlite;

/// <summary>What the keys of messages name, for as long as their windows last.</summary>
internal sealed class KeyTable(Statements sql)
{
    /// <summary>Null: it isn't known. Otherwise what an append with this key leads to; whether it is done is the log's to say.</summary>
    public AppendOutcome? Find(LogRow log, Append append, long now) => append.Key.Length == 0 ? null : sql.Row(
        "SELECT digest, epoch, seq, expires_ms, message_id FROM keys WHERE log = $1 AND key = $2 AND ends_at > $3",
        row => append.Digest.Span.SequenceEqual(row.GetFieldValue<byte[]>(0))
            ? new AppendOutcome(AppendState.Repeated, row.GetPosition(1), row.GetInt64(3), row.GetString(4), Done: false, [])
            : AppendOutcome.Refused(AppendState.KeyReused, append.MessageId),
        log.Id,
        append.Key,
        now);

    public void Keep(LogRow log, Append append, LogPosition position, long expiresMs, long now)
    {
        if (append.Key.Length > 0)
        {
            sql.Run(
                "INSERT OR REPLACE INTO keys (log, key, digest, epoch, seq, expires_ms, message_id, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                log.Id,
                append.Key,
                append.Digest.ToArray(),
                position.Epoch.ToColumn(),
                position.Seq.ToColumn(),
                expiresMs,
                append.MessageId,
                now + (long)append.Rules.KeyWindow.TotalMicroseconds);
        }
    }

    public void Forget(long now) => sql.Run("DELETE FROM keys WHERE ends_at <= $1", now);
}
