using System.Net;
using System.Net.Sockets;

namespace Microservices.Benchmarks.Peers;

/// <summary>The connection by which a benchmark tells a server what to send.</summary>
internal sealed class ControlLink : IDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;

    private ControlLink(Socket socket) => _socket = socket;

    /// <summary>Connects; waits for a server that has just been started.</summary>
    /// <exception cref="SocketException">Nobody listens after 20 seconds.</exception>
    public static async Task<ControlLink> ConnectAsync(int port)
    {
        var end = Environment.TickCount64 + (long)StartDeadline.TotalMilliseconds;
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return new ControlLink(socket);
            }
            catch (SocketException) when (Environment.TickCount64 < end)
            {
                socket.Dispose();
                await Task.Delay(Pause);
            }
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes)..];
        }
    }

    /// <summary>Reads so many bytes.</summary>
    /// <exception cref="EndOfStreamException">The server closed before.</exception>
    /// <exception cref="OperationCanceledException">They did not come within 30 seconds.</exception>
    public async Task<byte[]> ReadAsync(int count)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var got = await _socket.ReceiveAsync(bytes.AsMemory(read), deadline.Token);
            read += got > 0 ? got : throw new EndOfStreamException("The server closed the control connection.");
        }

        return bytes;
    }

    public void Dispose() => _socket.Dispose();
}
