using Microsoft.Data.Sqlite;

namespace Microservices.Register.Store.Sqlite;

/// <summary>Readers of inboxes.</summary>
internal sealed class ReaderTable(Statements sql)
{
    private const string Columns = "device, epoch, seq, all_epoch, all_seq, seen_at, tried_epoch, tried_seq, attempts, first_attempt";

    private static readonly long KeepUnseenMicros = (long)Reader.KeepUnseen.TotalMicroseconds;

    public static long UnseenSince(long now) => now - KeepUnseenMicros;

    public List<ReaderRow> Known(LogRow log, long now) =>
        sql.Rows($"SELECT {Columns} FROM readers WHERE log = $1 AND seen_at > $2", ToReader, log.Id, UnseenSince(now));

    /// <summary>The reader, made if need be; those that were not seen for too long are forgotten.</summary>
    public ReaderRow See(LogRow log, string device, long now)
    {
        sql.Run("DELETE FROM readers WHERE log = $1 AND seen_at <= $2", log.Id, UnseenSince(now));
        var reader = sql.Row($"SELECT {Columns} FROM readers WHERE log = $1 AND device = $2", ToReader, log.Id, device);
        if (reader is null)
        {
            if (sql.Number("SELECT COUNT(*) FROM readers WHERE log = $1", log.Id) >= Reader.Most)
            {
                sql.Run("DELETE FROM readers WHERE log = $1 AND device = (SELECT device FROM readers WHERE log = $1 ORDER BY seen_at, device LIMIT 1)", log.Id);
            }

            reader = new ReaderRow(device);
        }

        reader.SeenAt = now;
        return reader;
    }

    public void Save(LogRow log, ReaderRow reader) => sql.Run(
        $"INSERT OR REPLACE INTO readers (log, {Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        log.Id,
        reader.Device,
        reader.Cursor.Epoch.ToColumn(),
        reader.Cursor.Seq.ToColumn(),
        reader.AllCursor?.Epoch.ToColumn(),
        reader.AllCursor?.Seq.ToColumn(),
        reader.SeenAt,
        reader.Tried?.Epoch.ToColumn(),
        reader.Tried?.Seq.ToColumn(),
        reader.Attempts,
        reader.FirstAttempt);

    /// <summary>What all readers have passed; there is at least one.</summary>
    public LogPosition Lowest(LogRow log) =>
        sql.Row("SELECT epoch, seq FROM readers WHERE log = $1 ORDER BY epoch, seq LIMIT 1", static row => row.GetPosition(0), log.Id);

    private static ReaderRow ToReader(SqliteDataReader row) => new(row.GetString(0))
    {
        Cursor = row.GetPosition(1),
        AllCursor = row.GetPositionOrNull(3),
        SeenAt = row.GetInt64(5),
        Tried = row.GetPositionOrNull(6),
        Attempts = row.GetInt32(8),
        FirstAttempt = row.GetInt64(9),
    };
}
