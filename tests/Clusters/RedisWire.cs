using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Microservices.Clusters;

/// <summary>One connection that speaks RESP, so that tests look at the store past the product and its client. Not for concurrent use.</summary>
public sealed class RedisWire : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private RedisWire(TcpClient client)
    {
        _stream = client.GetStream();
        _reader = new StreamReader(_stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, 65_536);
    }

    public static async Task<RedisWire> ConnectAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port);
        return new RedisWire(client);
    }

    /// <summary>The answer: text, a number as text, null, or a list of those (<c>object?[]</c>).</summary>
    public async Task<object?> CommandAsync(params string[] command)
    {
        await _stream.WriteAsync(Encode(command));
        return await ReadAsync();
    }

    /// <summary>A hash as field and value.</summary>
    public async Task<Dictionary<string, string>> HashAsync(string key)
    {
        var flat = (object?[])(await CommandAsync("HGETALL", key))!;
        return flat.Chunk(2).ToDictionary(static pair => (string)pair[0]!, static pair => (string)pair[1]!);
    }

    /// <summary>Sends all before it reads the answers, which are thrown away.</summary>
    public async Task PipelineAsync(IReadOnlyList<string[]> commands)
    {
        const int Part = 1_000;
        foreach (var part in commands.Chunk(Part))
        {
            await _stream.WriteAsync(part.SelectMany(Encode).ToArray());
            foreach (var _ in part)
            {
                await ReadAsync();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return _stream.DisposeAsync();
    }

    private static byte[] Encode(string[] command)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var part in command)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private async Task<object?> ReadAsync()
    {
        var line = await _reader.ReadLineAsync() ?? throw new IOException("Redis closed the connection.");
        switch (line[0])
        {
            case '+' or ':':
                return line[1..];
            case '-':
                throw new InvalidOperationException($"Redis: {line[1..]}");
            case '$':
                return await ReadBulkAsync(int.Parse(line[1..], CultureInfo.InvariantCulture));
            case '*':
                var list = new object?[Math.Max(0, int.Parse(line[1..], CultureInfo.InvariantCulture))];
                for (var i = 0; i < list.Length; i++)
                {
                    list[i] = await ReadAsync();
                }

                return list;
            default:
                throw new InvalidOperationException($"Not RESP: {line}");
        }
    }

    // Lengths are bytes; what tests read here is ASCII.
    private async Task<string?> ReadBulkAsync(int length)
    {
        if (length < 0)
        {
            return null;
        }

        var text = new char[length + 2];
        await _reader.ReadBlockAsync(text);
        return new string(text, 0, length);
    }
}
