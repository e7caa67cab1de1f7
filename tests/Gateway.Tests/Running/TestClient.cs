using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Running;

/// <summary>One frame as it came.</summary>
internal sealed record TestFrame(FrameHeader Header, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public TBody As<TBody>()
        where TBody : IBody<TBody>, new() => FrameBody.Read<TBody>(Header, new ReadOnlySequence<byte>(Body));
}

/// <summary>A client on a plain socket, or on a WebSocket: it sends bytes, whole or cut, and reads frames.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly Socket _socket;
    private Stream _stream;
    private readonly uint _version;

    private TestClient(Socket socket, Stream stream, uint version)
    {
        _socket = socket;
        _stream = stream;
        _version = version;
    }

    /// <summary>What the server's Close frame said; 0 before it came, and without a WebSocket.</summary>
    public ushort CloseStatus => (_stream as WebSocketStream)?.CloseStatus ?? 0;

    public static async Task<TestClient> ConnectAsync(IPEndPoint server, uint version, int? receiveBuffer = null, bool isWebSocket = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }

        await socket.ConnectAsync(server);
        var stream = new NetworkStream(socket);
        if (!isWebSocket)
        {
            return new TestClient(socket, stream, version);
        }

        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        var webSocket = new WebSocketStream(stream);
        await webSocket.OpenAsync(deadline.Token);
        return new TestClient(socket, webSocket, version);
    }

    /// <summary>The certificate that the server showed; null without TLS.</summary>
    public string? ServerThumbprint => (_stream as SslStream)?.RemoteCertificate is { } certificate ? certificate.GetCertHashString() : null;

    /// <summary>Speaks TLS from now on.</summary>
    /// <exception cref="IOException">The server cut the link.</exception>
    /// <exception cref="AuthenticationException">The handshake failed.</exception>
    public async Task SecureAsync(SslClientAuthenticationOptions options)
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        var tls = new SslStream(_stream);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(options, deadline.Token);
    }

    public static byte[] Header(uint length, uint version, uint command)
    {
        var header = new byte[Frame.HeaderBytes];
        new FrameHeader(length, version, (Command)command).Write(header);
        return header;
    }

    public byte[] Encode<TBody>(Command command, TBody body)
        where TBody : IBody<TBody>, new() => FrameWriter.ToArray(_version, command, body, maxFrameBytes: 1 << 20);

    public void Send(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    public void Send<TBody>(Command command, TBody body)
        where TBody : IBody<TBody>, new() => Send(Encode(command, body));

    public void Send(Command command) => Send(FrameWriter.ToArray(_version, command));

    public void SendText(Command command, string text)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(text);
        Send([.. Header((uint)(Frame.HeaderBytes + body.Length), _version, (uint)command), .. body]);
    }

    /// <summary>Version 2 names an SDK; JSON is sent as clients of the chat protocol send it.</summary>
    public void Verify(string user, string? token = null, string app = "", string id = "", uint heartbeatMs = 0, params string[] features)
    {
        token ??= "token-" + user;
        Send(Command.Verify, _version == ProtocolVersion.Current
            ? new Verify { User = user, Token = token, App = app, Sdk = "test/1", Features = features, Id = id, HeartbeatMs = heartbeatMs }
            : new Verify { PhoneNumber = user, Token = token, App = app == "default" ? "" : app, Features = features });
    }

    /// <summary>The next frame.</summary>
    public async Task<TestFrame> ReadAsync() =>
        await TryReadAsync() ?? throw new EndOfStreamException("The server closed the connection where a frame was expected.");

    /// <summary>The next frame, which must be of <paramref name="command"/>.</summary>
    public async Task<TBody> ReadAsync<TBody>(Command command)
        where TBody : IBody<TBody>, new()
    {
        var frame = await ReadAsync();
        Assert.Equal(command, frame.Header.Command);
        return frame.As<TBody>();
    }

    /// <summary>The next frame must be an error of <paramref name="code"/>.</summary>
    public async Task<Error> ReadErrorAsync(Code code)
    {
        var error = await ReadAsync<Error>(Command.Error);
        Assert.Equal(code, error.Code);
        return error;
    }

    /// <summary>No frame comes any more: the server has closed.</summary>
    public async Task ReadEndAsync()
    {
        var frame = await TryReadAsync();
        Assert.True(frame is null, $"A frame of command {frame?.Header.Command} came where the end was expected: {frame?.Text}");
    }

    /// <summary>Asks something that is always answered: whatever was sent before has been handled when this returns.</summary>
    public async Task<List<TestFrame>> ReadUntilAnsweredAsync()
    {
        const uint Unknown = 99;
        Send(Header(Frame.HeaderBytes, _version, Unknown));
        var frames = new List<TestFrame>();
        while (true)
        {
            var frame = await ReadAsync();
            if (frame.Header.Command == Command.Error && (uint)frame.As<Error>().Command == Unknown)
            {
                return frames;
            }

            frames.Add(frame);
        }
    }

    /// <summary>Sends, then waits until <paramref name="answer"/> is full. Allocates nothing.</summary>
    public void Exchange(ReadOnlySpan<byte> sent, Span<byte> answer)
    {
        if (!sent.IsEmpty)
        {
            _socket.Send(sent);
        }

        while (!answer.IsEmpty)
        {
            // A blocking receive on a socket that was used asynchronously allocates; one that finds its bytes does not.
            Assert.True(_socket.Poll(Eventually.DefaultDeadline, SelectMode.SelectRead), "no answer");
            var received = _socket.Receive(answer);
            Assert.True(received > 0, "the server has closed");
            answer = answer[received..];
        }
    }

    /// <summary>Sends what is no frame, past a WebSocket's messages.</summary>
    public void SendBare(ReadOnlySpan<byte> bytes) => Exchange(bytes, []);

    /// <summary>Reads so many bytes as they come, past a WebSocket's messages.</summary>
    public byte[] ReadBare(int bytes)
    {
        var answer = new byte[bytes];
        Exchange([], answer);
        return answer;
    }

    /// <summary>Sends no more; the server sees the end.</summary>
    public void Finish() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    /// <summary>Nothing comes any more but the end, orderly or not.</summary>
    public async Task ReadCutAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        try
        {
            Assert.Equal(0, await _stream.ReadAsync(new byte[1], deadline.Token));
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    /// <summary>Whatever comes before the end, for example an alert of TLS, is no frame.</summary>
    public async Task ReadNoFrameAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        var bytes = new byte[Frame.HeaderBytes];
        try
        {
            Assert.True(await _stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, deadline.Token) < bytes.Length);
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    /// <summary>The next frame; null at the end.</summary>
    public async Task<TestFrame?> TryReadAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        var header = new byte[Frame.HeaderBytes];
        try
        {
            if (await _stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, deadline.Token) < header.Length)
            {
                return null;
            }

            var read = FrameHeader.Read(header);
            var body = new byte[read.BodyLength];
            await _stream.ReadExactlyAsync(body, deadline.Token);
            return new TestFrame(read, body);
        }
        catch (IOException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("No frame came, and no end.");
        }
    }
}
