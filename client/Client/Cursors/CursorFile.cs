using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microservices.Client.Messages;

namespace Microservices.Client.Cursors;

/// <summary>
/// What the file of a <see cref="FileCursorStore"/> looks like: a line that names the format, a JSON object for each cursor, and a line with the
/// SHA-256 of what stands before it. A cursor that is too high would lose messages, so a file that is not whole is not believed.
/// </summary>
internal static class CursorFile
{
    private const string FirstLine = "microservices-cursors 1\n";
    private const string LastLine = "sha256 ";

    public static byte[] Write(IEnumerable<KeyValuePair<CursorKey, MessagePosition>> cursors)
    {
        var file = new ArrayBufferWriter<byte>();
        file.Write(Encoding.ASCII.GetBytes(FirstLine));
        foreach (var (key, position) in cursors)
        {
            using (var json = new Utf8JsonWriter(file))
            {
                json.WriteStartObject();
                json.WriteString("app", key.App);
                json.WriteString("user", key.User);
                json.WriteString("device", key.Device);
                json.WriteString("channel", key.Channel);
                json.WriteNumber("epoch", position.Epoch);
                json.WriteNumber("seq", position.Seq);
                json.WriteEndObject();
            }

            file.Write("\n"u8);
        }

        var sum = Convert.ToHexStringLower(SHA256.HashData(file.WrittenSpan));
        file.Write(Encoding.ASCII.GetBytes($"{LastLine}{sum}\n"));
        return file.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">It is not whole; the message says what is wrong.</exception>
    public static Dictionary<CursorKey, MessagePosition> Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Encoding.ASCII.GetBytes(FirstLine)))
        {
            throw new FormatException($"it does not begin with '{FirstLine.TrimEnd()}'");
        }

        var end = file.LastIndexOf(Encoding.ASCII.GetBytes('\n' + LastLine)) + 1;
        var sum = Convert.ToHexStringLower(SHA256.HashData(file[..end]));
        if (end == 0 || Encoding.ASCII.GetString(file[end..]) != $"{LastLine}{sum}\n")
        {
            throw new FormatException("its checksum does not fit");
        }

        var cursors = new Dictionary<CursorKey, MessagePosition>();
        foreach (var line in Encoding.UTF8.GetString(file[FirstLine.Length..end]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, position) = ReadLine(line);
            cursors[key] = position;
        }

        return cursors;
    }

    private static (CursorKey Key, MessagePosition Position) ReadLine(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? "";
            var key = new CursorKey(Text("app"), Text("user"), Text("device"), Text("channel"));
            return (key, new MessagePosition(json.RootElement.GetProperty("epoch").GetUInt64(), json.RootElement.GetProperty("seq").GetUInt64()));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("a line of it is not a cursor", fault);
        }
    }
}
