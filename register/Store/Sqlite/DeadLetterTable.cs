using Microservices.Contracts.Register;
using Microsoft.Data.Sqlite;

namespace Microservices.Register.Store.Sqlite;

/// <summary>What was given up, by user in the order in which it was.</summary>
internal sealed class DeadLetterTable(Statements sql)
{
    private const string Columns =
        "dead.id, logs.user, dead.device, dead.epoch, dead.seq, dead.expires_ms, dead.code, dead.attempts, dead.died_ms, dead.content";

    public void Add(LogRow log, ReaderRow reader, StoredEntry entry, long now)
    {
        sql.Run(
            "INSERT INTO dead (log, device, epoch, seq, expires_ms, code, attempts, died_ms, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            log.Id,
            reader.Device,
            entry.Position.Epoch.ToColumn(),
            entry.Position.Seq.ToColumn(),
            entry.ExpiresUnixMs,
            StoredDeadLetter.NotAcknowledged,
            reader.AttemptsOf(entry.Position),
            now / 1000,
            entry.Content.ToArray());
        sql.Run("DELETE FROM dead WHERE id IN (SELECT id FROM dead WHERE log = $1 ORDER BY id DESC LIMIT -1 OFFSET $2)", log.Id, StoredDeadLetter.Most);
    }

    public DeadLetterPage OfUser(LogRow log, DeadLetterCursor after, int limit) => ToPage(
        sql.Rows(
            $"SELECT {Columns} FROM dead JOIN logs ON logs.id = dead.log WHERE dead.log = $1 AND dead.id > $2 ORDER BY dead.id LIMIT $3",
            ToLetter,
            log.Id,
            after.Position.Seq.ToColumn(),
            limit + 1L),
        log.Partition,
        limit);

    // By itself SQLite would go through all users of the app.
    public DeadLetterPage OfPartition(string app, DeadLetterCursor after, int limit) => ToPage(
        sql.Rows(
            $"""
            SELECT {Columns} FROM logs INDEXED BY logs_partition JOIN dead ON dead.log = logs.id
            WHERE logs.partition = $2 AND logs.app = $1 AND (logs.user, dead.id) > ($3, $4) ORDER BY logs.user, dead.id LIMIT $5
            """,
            ToLetter,
            app,
            after.Partition,
            after.User,
            after.Position.Seq.ToColumn(),
            limit + 1L),
        after.Partition,
        limit);

    public void Forget(long now) => sql.Run("DELETE FROM dead WHERE died_ms <= $1", (now / 1000) - (long)StoredDeadLetter.Keep.TotalMilliseconds);

    private static DeadLetterPage ToPage(List<(ulong Id, StoredDeadLetter Letter)> letters, int partition, int limit) => letters.Count <= limit
        ? new DeadLetterPage([.. letters.Select(static entry => entry.Letter)], null)
        : new DeadLetterPage(
            [.. letters.Take(limit).Select(static entry => entry.Letter)],
            new DeadLetterCursor(partition, letters[limit - 1].Letter.User, new LogPosition(0, letters[limit - 1].Id)));

    private static (ulong Id, StoredDeadLetter Letter) ToLetter(SqliteDataReader row) => (
        (ulong)row.GetInt64(0),
        new StoredDeadLetter(
            row.GetString(1),
            row.GetString(2),
            new StoredEntry(row.GetPosition(3), EntryKind.Message, row.GetFieldValue<byte[]>(9), row.GetInt64(5)),
            (uint)row.GetInt64(6),
            row.GetInt32(7),
            row.GetInt64(8)));
}
