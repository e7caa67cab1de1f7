using Microsoft.Data.Sqlite;

namespace Microservices.Register.Store.Sqlite;

/// <summary>Positions in columns. SQLite's numbers have a sign: what is beyond them is taken for the last of them, which is beyond every log.</summary>
internal static class Columns
{
    public static long ToColumn(this ulong number) => (long)Math.Min(number, long.MaxValue);

    /// <summary>Of the column and the one behind it.</summary>
    public static LogPosition GetPosition(this SqliteDataReader row, int column) => new((ulong)row.GetInt64(column), (ulong)row.GetInt64(column + 1));

    /// <inheritdoc cref="GetPosition"/>
    public static LogPosition? GetPositionOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetPosition(column);
}
