using System.Globalization;
using Microservices.Contracts.Register;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>What the scripts of channels take and tell, as the seam has it. A position is <c>epoch-seq</c>, decimal, as in the ids of streams.</summary>
internal static class ChannelRecords
{
    private const int PageHead = 3;
    private const int EntryLength = 4;

    public static string Write(LogPosition position) => string.Create(CultureInfo.InvariantCulture, $"{position.Epoch}-{position.Seq}");

    public static LogPosition ReadPosition(string text) => ReadPosition(text, '-');

    public static LogPosition ReadPosition(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return new LogPosition(
            ulong.Parse(text.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture),
            ulong.Parse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <param name="answer">After, covered, head; then the parts of each entry.</param>
    public static LogPage ReadPage(RedisResult answer)
    {
        var values = (RedisValue[])answer!;
        var entries = new StoredEntry[(values.Length - PageHead) / EntryLength];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = ReadEntry(values.AsSpan(PageHead + (i * EntryLength), EntryLength));
        }

        return new LogPage(entries, ReadPosition(values[0]!), ReadPosition(values[1]!), ReadPosition(values[2]!));
    }

    /// <param name="values">Position, content, when it expires, kind.</param>
    public static StoredEntry ReadEntry(ReadOnlySpan<RedisValue> values) =>
        new(ReadPosition(values[0]!), (EntryKind)(int)values[3], (byte[])values[1]!, (long)values[2]);

    public static List<Session> ReadSessions(string app, string user, RedisResult flat) => SessionRecord.ReadAll(app, user, (string[])flat!);

    /// <summary>The name of a reader in the records of its user.</summary>
    public static string FieldOf(Reader reader) => SessionMember.FieldOf(reader.Device.Length > 0, reader.Device);
}
