using System.Net;
using System.Net.Sockets;
using System.Text;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Running;

/// <summary>A client that sends what it likes where a handshake is expected, and reads what comes until the end.</summary>
internal sealed class UpgradeClient : IDisposable
{
    public static readonly string[] Fields =
        ["Host: push.example.com", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];

    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly CancellationTokenSource _deadline = new(Eventually.DefaultDeadline);

    public static async Task<UpgradeClient> ConnectAsync(IPEndPoint server)
    {
        var client = new UpgradeClient();
        await client._client.ConnectAsync(server);
        return client;
    }

    /// <summary>What the gateway answers to a request; it must close then, unless it accepts.</summary>
    public static async Task<string> AskAsync(IPEndPoint server, string line, params string[] fields)
    {
        using var client = await ConnectAsync(server);
        await client.SendAsync(string.Join("\r\n", [line, .. fields]) + "\r\n\r\n");
        return await client.ReadAnswerAsync();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes, _deadline.Token);

    /// <summary>The answer: the head of one that accepts, otherwise everything until the end.</summary>
    public async Task<string> ReadAnswerAsync()
    {
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!(answer.Length > 4 && $"{answer}".StartsWith("HTTP/1.1 101", StringComparison.Ordinal) && $"{answer}".EndsWith("\r\n\r\n", StringComparison.Ordinal)))
        {
            try
            {
                if (await _client.GetStream().ReadAsync(one, _deadline.Token) == 0)
                {
                    break;
                }
            }
            catch (IOException)
            {
                break;
            }

            answer.Append((char)one[0]);
        }

        return $"{answer}";
    }

    /// <summary>Everything that comes until the end.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await _client.GetStream().CopyToAsync(all, _deadline.Token);
        return all.ToArray();
    }

    public void Dispose()
    {
        _client.Dispose();
        _deadline.Dispose();
    }
}
