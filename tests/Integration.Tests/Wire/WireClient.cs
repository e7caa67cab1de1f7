using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microservices.Clusters;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Wire;

/// <summary>A connection to a gateway on the level of frames, written from the protocol's description; shares no code with the product.</summary>
internal sealed class WireClient : IAsyncDisposable
{
    public const uint Verify = 1;
    public const uint Ack = 6;
    public const uint Fetch = 13;
    public const uint Verified = 101;
    public const uint Chat = 102;
    public const uint Push = 106;
    public const uint Directive = 107;
    public const uint Error = 108;
    public const uint Page = 113;

    private const int HeaderBytes = 12;
    private static readonly TimeSpan Patience = Eventually.DefaultDeadline;

    private readonly NetworkStream _stream;
    private readonly uint _version;

    private WireClient(Socket socket, uint version)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _version = version;
    }

    public static async Task<WireClient> ConnectAsync(int port, uint version = 1)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return new WireClient(socket, version);
    }

    /// <summary>Logs in as a client of the chat protocol, or with <paramref name="sdk"/> as a new one.</summary>
    public static async Task<WireClient> LoginAsync(int port, TestUser user, string? app = null, string? sdk = null, params string[] features)
    {
        var client = await ConnectAsync(port);
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            await client.SendAsync(Verify, new { phone_number = user.Name, token = user.Token, app = app ?? "", sdk = sdk ?? "", features });
            var answer = await client.ReceiveAsync(Verified);
            if (answer.Number("code") == 1)
            {
                return client;
            }

            // An app that was made a moment ago reaches the gateways by and by.
            var reason = answer.Text("reason");
            Assert.True((reason is "unknown_app" or "unavailable" or "try_later") && Environment.TickCount64 < deadline, $"{user.Name}: {answer}");
            await Task.Delay(50);
        }
    }

    public Task SendAsync(uint command, object body) => SendAsync(command, JsonSerializer.SerializeToUtf8Bytes(body));

    public async Task SendAsync(uint command, byte[] body)
    {
        var frame = new byte[HeaderBytes + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)frame.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), _version);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), command);
        body.CopyTo(frame, HeaderBytes);
        await SendBytesAsync(frame);
    }

    public async Task SendBytesAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    /// <summary>The next frame, which must be of this command.</summary>
    public async Task<WireFrame> ReceiveAsync(uint command)
    {
        var frame = await ReceiveAsync();
        Assert.True(frame?.Command == command, $"Expected command {command}; got {frame?.ToString() ?? "the end of the stream"}");
        return frame!;
    }

    /// <summary>The next frame; null at the end of the stream.</summary>
    public async Task<WireFrame?> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var header = new byte[HeaderBytes];
            await _stream.ReadExactlyAsync(header, patience.Token);
            var body = new byte[BinaryPrimitives.ReadUInt32BigEndian(header) - HeaderBytes];
            await _stream.ReadExactlyAsync(body, patience.Token);
            return new WireFrame(BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)), BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)), body);
        }
        catch (Exception fault) when (fault is EndOfStreamException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Nothing came within {Patience}, neither a frame nor the end of the stream.");
        }
    }

    /// <summary>The frames up to the end of the stream, which must come.</summary>
    public async Task<List<WireFrame>> ReceiveToEndAsync()
    {
        var frames = new List<WireFrame>();
        while (await ReceiveAsync() is { } frame)
        {
            frames.Add(frame);
        }

        return frames;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
