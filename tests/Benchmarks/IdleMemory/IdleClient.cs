using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Microservices.Benchmarks.IdleMemory;

/// <summary>A session that does nothing.</summary>
internal sealed class IdleClient : IDisposable
{
    private const int HeaderBytes = 12;
    private const int SessionsPerAddress = 200;

    private readonly Socket _socket;

    private IdleClient(Socket socket) => _socket = socket;

    public static async Task<IdleClient> LoginAsync(int port, int number, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var group = number / SessionsPerAddress;
        socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(group / 200), (byte)(1 + (group % 200))]), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        await socket.SendAsync(VerifyFrame(number), cancellationToken);

        var client = new IdleClient(socket);
        var answer = JsonSerializer.Deserialize<JsonElement>(await client.ReceiveBodyAsync(cancellationToken));
        return answer.GetProperty("code").GetInt32() == 1
            ? client
            : throw new InvalidOperationException($"The login of {IdleMemoryRun.UserOf(number)} was refused: {answer}");
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
