using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Microservices.Benchmarks.IdleMemory;

/// <summary>A session that does nothing.</summary>
internal sealed class IdleClient : IDisposable
{
    public const int HeaderBytes = 12;

    private const int SessionsPerAddress = 200;

    private readonly Socket _socket;

    private IdleClient(Socket socket) => _socket = socket;

    /// <summary>Connects, from an address that it shares with few others.</summary>
    public static async Task<IdleClient> ConnectAsync(int port, int number, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var group = number / SessionsPerAddress;
        socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(group / 200), (byte)(1 + (group % 200))]), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        return new IdleClient(socket);
    }

    /// <summary>Connects and verifies; where the gateway says "later", later.</summary>
    public static async Task<IdleClient> LoginAsync(int port, int number, CancellationToken cancellationToken)
    {
        const int MaxTries = 20;
        var client = await ConnectAsync(port, number, cancellationToken);
        for (var tries = 1; ; tries++)
        {
            await client._socket.SendAsync(VerifyFrame(number), cancellationToken);
            var answer = JsonSerializer.Deserialize<JsonElement>(await client.ReceiveBodyAsync(cancellationToken));
            if (answer.TryGetProperty("code", out var code) && code.GetInt32() == 1)
            {
                return client;
            }

            if (tries == MaxTries || !answer.TryGetProperty("retry_after_ms", out var pause))
            {
                throw new InvalidOperationException($"The login of {IdleMemoryRun.UserOf(number)} was refused: {answer}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(pause.GetInt32()), cancellationToken);
        }
    }

    /// <summary>The body of the next frame.</summary>
    public async Task<byte[]> ReceiveBodyAsync(CancellationToken cancellationToken)
    {
        using var stream = new NetworkStream(_socket, ownsSocket: false);
        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellationToken);
        var body = new byte[BinaryPrimitives.ReadUInt32BigEndian(header) - HeaderBytes];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return body;
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] VerifyFrame(int number)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { user = IdleMemoryRun.UserOf(number), token = IdleMemoryRun.TokenOf(number), sdk = "benchmark" });
        var frame = new byte[HeaderBytes + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)frame.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), 1);
        body.CopyTo(frame, HeaderBytes);
        return frame;
    }
}
