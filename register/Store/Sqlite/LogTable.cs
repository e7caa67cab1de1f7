using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microsoft.Data.Sqlite;

namespace Microservices.Register.Store.Sqlite;

/// <summary>Channels and their entries.</summary>
internal sealed class LogTable(Statements sql)
{
    private const string Columns = "id, app, user, partition, epoch, seq, count, bytes, due_at";

    public LogRow? Find(string app, string user) => sql.Row($"SELECT {Columns} FROM logs WHERE app = $1 AND user = $2", ToLog, app, user);

    public LogRow FindOrMake(string app, string user)
    {
        if (Find(app, user) is { } known)
        {
            return known;
        }

        sql.Run(
            "INSERT INTO logs (app, user, partition, epoch, seq, count, bytes) VALUES ($1, $2, $3, 0, 0, 0, 0)",
            app,
            user,
            user.Length == 0 ? -1 : Partition.Of(app, user));
        return Find(app, user)!;
    }

    public void Save(LogRow log)
    {
        log.DueAt = log.Count == 0 ? null : log.DueAt;
        sql.Run(
            "UPDATE logs SET epoch = $2, seq = $3, count = $4, bytes = $5, due_at = $6 WHERE id = $1",
            log.Id,
            log.Head.Epoch.ToColumn(),
            log.Head.Seq.ToColumn(),
            log.Count,
            log.Bytes,
            log.DueAt);
    }

    public List<(string App, LogPosition Head)> Heads() =>
        sql.Rows("SELECT app, epoch, seq FROM logs WHERE user = '' AND epoch > 0", static row => (row.GetString(0), row.GetPosition(1)));

    public List<LogRow> Due(int partition, long now, int limit) =>
        sql.Rows($"SELECT {Columns} FROM logs WHERE partition = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3", ToLog, partition, now, limit);

    /// <summary>Counts the entries of an app's inboxes in a partition.</summary>
    public long Measure(string app, int partition) =>
        sql.Number("SELECT COUNT(*) FROM logs JOIN entries ON entries.log = logs.id WHERE logs.app = $1 AND logs.partition = $2", app, partition);

    public void Add(LogRow log, LogPosition position, ReadOnlyMemory<byte> content, long expiresMs)
    {
        sql.Run(
            "INSERT INTO entries (log, epoch, seq, expires_ms, bytes, content) VALUES ($1, $2, $3, $4, $5, $6)",
            log.Id,
            position.Epoch.ToColumn(),
            position.Seq.ToColumn(),
            expiresMs,
            content.Length,
            content.ToArray());
        log.Head = position;
        log.Count++;
        log.Bytes += content.Length;
    }

    /// <summary>The first entry behind the position that hasn't expired.</summary>
    public StoredEntry? FirstAfter(LogRow log, LogPosition after, long nowMs) => Read(log, after, new PageLimits(1, 1), nowMs).Entries is [var first, ..] ? first : null;

    public bool IsWaiting(LogRow log, LogPosition position, long nowMs) => sql.Number(
        "SELECT COUNT(*) FROM entries WHERE log = $1 AND epoch = $2 AND seq = $3 AND +expires_ms > $4",
        log.Id,
        position.Epoch.ToColumn(),
        position.Seq.ToColumn(),
        nowMs) > 0;

    public LogPage Read(LogRow log, LogPosition after, PageLimits limits, long nowMs)
    {
        List<StoredEntry> page = [];
        long bytes = 0;
        var isShort = false;

        // The plus keeps it to the index of positions.
        sql.Rows(
            "SELECT epoch, seq, expires_ms, bytes, content FROM entries WHERE log = $1 AND (epoch, seq) > ($2, $3) AND +expires_ms > $4 ORDER BY epoch, seq LIMIT $5",
            row =>
            {
                bytes += row.GetInt64(3);
                isShort = isShort || page.Count == limits.MaxMessages || (page.Count > 0 && bytes > limits.MaxBytes);
                if (!isShort)
                {
                    page.Add(new StoredEntry(row.GetPosition(0), EntryKind.Message, row.GetFieldValue<byte[]>(4), row.GetInt64(2)));
                }

                return isShort;
            },
            log.Id,
            after.Epoch.ToColumn(),
            after.Seq.ToColumn(),
            nowMs,
            limits.MaxMessages + 1L);
        return new LogPage(page, after, isShort ? page[^1].Position : after > log.Head ? after : log.Head, log.Head);
    }

    /// <summary>When the first of the entries expires.</summary>
    public long FirstExpiryMs(LogRow log) => sql.Number("SELECT MIN(expires_ms) FROM entries WHERE log = $1", log.Id);

    /// <summary>Takes out what has expired; returns how many.</summary>
    public long RemoveExpired(LogRow log, long nowMs)
    {
        var (count, bytes) = sql.Row(
            "SELECT COUNT(*), IFNULL(SUM(bytes), 0) FROM entries WHERE log = $1 AND expires_ms <= $2", ToCountAndBytes, log.Id, nowMs);
        if (count > 0)
        {
            sql.Run("DELETE FROM entries WHERE log = $1 AND expires_ms <= $2", log.Id, nowMs);
            (log.Count, log.Bytes) = (log.Count - count, log.Bytes - bytes);
        }

        return count;
    }

    /// <summary>Takes the entries up to the position out; returns how many, and how many of them had expired.</summary>
    public (long Count, long Expired) RemoveUpTo(LogRow log, LogPosition position, long nowMs)
    {
        var (epoch, seq) = (position.Epoch.ToColumn(), position.Seq.ToColumn());
        var (count, bytes, expired) = sql.Row(
            "SELECT COUNT(*), IFNULL(SUM(bytes), 0), IFNULL(SUM(expires_ms <= $4), 0) FROM entries WHERE log = $1 AND (epoch, seq) <= ($2, $3)",
            static row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
            log.Id,
            epoch,
            seq,
            nowMs);
        if (count > 0)
        {
            sql.Run("DELETE FROM entries WHERE log = $1 AND (epoch, seq) <= ($2, $3)", log.Id, epoch, seq);
            (log.Count, log.Bytes) = (log.Count - count, log.Bytes - bytes);
        }

        return (count, expired);
    }

    public void RemoveOldest(LogRow log)
    {
        var oldest = sql.Row("SELECT epoch, seq FROM entries WHERE log = $1 ORDER BY epoch, seq LIMIT 1", static row => row.GetPosition(0), log.Id);
        RemoveUpTo(log, oldest, nowMs: 0);
    }

    /// <summary>Forgets inboxes of which nothing is left; returns the highest epoch among them.</summary>
    public ulong Forget(long unseenSince)
    {
        const string Empty = """
            user != '' AND count = 0 AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.log = logs.id) AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.log = logs.id)
            AND NOT EXISTS (SELECT 1 FROM readers WHERE readers.log = logs.id AND readers.seen_at > $1)
            """;
        var highest = sql.Number($"SELECT MAX(epoch) FROM logs WHERE {Empty}", unseenSince);
        if (sql.Run($"DELETE FROM logs WHERE {Empty}", unseenSince) > 0)
        {
            sql.Run("DELETE FROM readers WHERE NOT EXISTS (SELECT 1 FROM logs WHERE logs.id = readers.log)");
        }

        return (ulong)highest;
    }

    private static LogRow ToLog(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        App = row.GetString(1),
        User = row.GetString(2),
        Partition = row.GetInt32(3),
        Head = row.GetPosition(4),
        Count = row.GetInt64(6),
        Bytes = row.GetInt64(7),
        DueAt = row.IsDBNull(8) ? null : row.GetInt64(8),
    };

    private static (long Count, long Bytes) ToCountAndBytes(SqliteDataReader row) => (row.GetInt64(0), row.GetInt64(1));
}
