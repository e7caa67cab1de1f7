using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Running;

/// <summary>A client on the WebSocket of the runtime, which knows nothing of ours.</summary>
internal sealed class WebSocketClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _deadline = new(Eventually.DefaultDeadline);

    public static Task<WebSocketClient> ConnectAsync(IPEndPoint server, params (string Name, string Value)[] fields) =>
        ConnectAsync(new Uri($"ws://{server}/ws"), static _ => { }, fields);

    public static async Task<WebSocketClient> ConnectAsync(Uri address, Action<ClientWebSocketOptions> configure, params (string Name, string Value)[] fields)
    {
        var client = new WebSocketClient();
        client._socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        configure(client._socket.Options);
        foreach (var (name, value) in fields)
        {
            client._socket.Options.SetRequestHeader(name, value);
        }

        try
        {
            await client._socket.ConnectAsync(address, client._deadline.Token);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>What the server's Close frame said.</summary>
    public (int? Status, string? Reason) Closed => ((int?)_socket.CloseStatus, _socket.CloseStatusDescription);

    public Task SendTextAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, _deadline.Token);

    public Task SendAsync(byte[] bytes, bool isEnd = true) => _socket.SendAsync(bytes, WebSocketMessageType.Binary, isEnd, _deadline.Token);

    public Task SendAsync<TBody>(Command command, TBody body, uint version = ProtocolVersion.Current)
        where TBody : IBody<TBody>, new() => SendAsync(FrameWriter.ToArray(version, command, body));

    /// <summary>The next message, which must be text.</summary>
    public async Task<JsonElement> ReadTextAsync()
    {
        var (type, bytes) = await ReadAsync();
        Assert.Equal(WebSocketMessageType.Text, type);
        using var json = JsonDocument.Parse(bytes);
        return json.RootElement.Clone();
    }

    /// <summary>The next message, which must be a frame in a binary message.</summary>
    public async Task<TestFrame> ReadFrameAsync()
    {
        var (type, bytes) = await ReadAsync();
        Assert.Equal(WebSocketMessageType.Binary, type);
        var header = FrameHeader.Read(bytes);
        Assert.Equal((uint)bytes.Length, header.Length);
        return new TestFrame(header, bytes[Frame.HeaderBytes..]);
    }

    /// <summary>The server closes; the client answers.</summary>
    public async Task ReadCloseAsync()
    {
        var (type, _) = await ReadAsync();
        Assert.Equal(WebSocketMessageType.Close, type);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _deadline.Token);
    }

    /// <summary>The client closes, and waits for the answer.</summary>
    public Task CloseAsync(WebSocketCloseStatus status) => _socket.CloseAsync(status, "bye", _deadline.Token);

    /// <summary>Verifies in text, as a client of the SDK.</summary>
    public async Task<JsonElement> VerifyInTextAsync(string user, string more = "")
    {
        await SendTextAsync($$$"""{"command":1,"id":"v-{{{user}}}","body":{"user":"{{{user}}}","token":"token-{{{user}}}","sdk":"test/1"{{{more}}}}}""");
        var answer = await ReadTextAsync();
        Assert.Equal(101, answer.GetProperty("command").GetInt32());
        Assert.Equal(1, answer.GetProperty("body").GetProperty("code").GetInt32());
        return answer;
    }

    /// <summary>Verifies in binary messages, as a client of the SDK.</summary>
    public async Task VerifyAsync(string user, uint version = ProtocolVersion.Current)
    {
        await SendAsync(Command.Verify, new Verify { User = user, Token = "token-" + user, Sdk = "test/1" }, version);
        Assert.Equal(1u, (await ReadFrameAsync()).As<VerifyResult>().Code);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _deadline.Dispose();
    }

    private async Task<(WebSocketMessageType Type, byte[] Bytes)> ReadAsync()
    {
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            var part = await _socket.ReceiveAsync(message.GetMemory(16 * 1024), _deadline.Token);
            message.Advance(part.Count);
            if (part.EndOfMessage)
            {
                return (part.MessageType, message.WrittenSpan.ToArray());
            }
        }
    }
}
