using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Microservices.Cli.Tests.Running;

/// <summary>Answers every HTTP request with the same text.</summary>
internal sealed class FakeDispatcher : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    public FakeDispatcher(string body, string status = "200 OK")
    {
        _listener.Start();
        _serving = ServeAsync(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public static FakeDispatcher Naming(FakeGateway gateway) => new(
        $$"""{"endpoints":[{"host":"127.0.0.1","port":{{gateway.Port}},"transport":"tcp"}],"ttl_seconds":300,"heartbeat_ms":60000}""");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _stopping.Dispose();
    }

    private async Task ServeAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                await socket.ReceiveAsync(new byte[8_192], _stopping.Token);
                await socket.SendAsync(answer, _stopping.Token);
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }
}
