using System.Net;
using System.Net.WebSockets;
using System.Text;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Arrivals.Proxy;
using Microservices.Gateway.Arrivals.Tls;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>WebSockets that come by TLS, and through load balancers: the doors of the other ports stand before theirs too.</summary>
public sealed class WebSocketArrivalTests : IDisposable
{
    private readonly TlsFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Client_ByTls_LogsInAndIsPushedTo()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Settings());
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == _files.Certificate.Thumbprint;
        await socket.ConnectAsync(new Uri($"wss://{gateway.WebSocket}/ws"), deadline.Token);

        var verify = new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" };
        await socket.SendAsync(FrameWriter.ToArray(ProtocolVersion.Current, Command.Verify, verify), WebSocketMessageType.Binary, true, deadline.Token);
        Assert.Equal(Command.VerifyResult, await ReadAsync());
        await gateway.PushAsync(new Push { Payload = ByteString.CopyFrom(new byte[100_000]) }, Audience.Several, gateway.KeyOf("ann"));
        Assert.Equal(Command.Push, await ReadAsync());

        Assert.Equal(1, gateway.Arrivals.Handshakes(HandshakeOutcome.Succeeded));
        socket.Abort();
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "it has left");

        async Task<Command> ReadAsync()
        {
            var buffer = new byte[128 * 1024];
            var read = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(read), deadline.Token);
                read += part.Count;
            }
            while (!part.EndOfMessage);

            return FrameHeader.Read(buffer).Command;
        }
    }

    [Fact]
    public async Task Connection_ByTlsThatIsNotAdmitted_IsCutBeforeTheHandshake()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Settings(("Admission:Deny:0", "127.0.0.0/8")));

        await RunningGateway.AssertIsCutAsync(gateway.WebSocket);

        await Eventually.HoldsAsync(() => gateway.Metrics.Refusals(Code.AddressDenied) == 1, "it is counted");
        Assert.All(Enum.GetValues<HandshakeOutcome>(), outcome => Assert.Equal(0, gateway.Arrivals.Handshakes(outcome)));
    }

    [Fact]
    public async Task Handshake_ThatStalls_IsCutAndCounted()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Settings(("WebSocket:HandshakeTimeout", "00:00:00.5")));

        await RunningGateway.AssertIsCutAsync(gateway.WebSocket);

        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshakes(HandshakeOutcome.TimedOut) == 1, "it is counted");
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "it has left");
    }

    [Theory]
    [InlineData("192.0.2.7", "HTTP/1.1 403 ")]
    [InlineData("198.51.100.7", "HTTP/1.1 101 ")]
    public async Task Rules_GoByTheClientsAddress(string address, string answer)
    {
        await using var gateway = await RunningGateway.StartAsync(
            true, ("ProxyProtocol:TrustedNetworks:0", "127.0.0.0/8"), ("Admission:Deny:0", "192.0.2.0/24"));
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(gateway.WebSocket, deadline.Token);
        var request = "GET /ws HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8.ToArray();

        await socket.SendAsync((byte[])[.. ProxyHeaders.Of(new IPEndPoint(IPAddress.Parse(address), 40_000)), .. request], deadline.Token);

        var read = new byte[answer.Length];
        for (var bytes = 0; bytes < read.Length;)
        {
            var received = await socket.ReceiveAsync(read.AsMemory(bytes), deadline.Token);
            Assert.True(received > 0, "the server closed without an answer");
            bytes += received;
        }

        Assert.Equal(answer, Encoding.ASCII.GetString(read));
        Assert.Equal(1, gateway.Arrivals.Headers(ProxyOutcome.Client));
    }

    private (string Key, string Value)[] Settings(params (string Key, string Value)[] more) =>
    [
        ("WebSocket:CertificateFile", _files.CertificateFile), ("WebSocket:KeyFile", _files.KeyFile), .. more,
    ];
}
