using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>WebSockets over TLS.</summary>
public sealed class WebSocketTlsTests : IDisposable
{
    private readonly TlsFiles _files = new();

    [Fact]
    public async Task Client_OverTls_IsServedAsWithoutIt_AndTheRoomNamesWss()
    {
        await using var gateway = await StartAsync();
        using var text = await ConnectAsync(gateway);
        using var binary = await ConnectAsync(gateway);
        await text.VerifyInTextAsync("text");
        await binary.VerifyAsync("binary");
        var payload = ByteString.CopyFrom(new byte[100_000]);

        await gateway.PushAsync(new Push { Payload = payload }, Audience.Several, gateway.KeyOf("text"), gateway.KeyOf("binary"));
        await gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Code = (uint)Code.Kicked, Sessions = { gateway.KeyOf("text") } } });

        Assert.Equal(payload.ToBase64(), (await text.ReadTextAsync()).GetProperty("body").GetProperty("payload_base64").GetString());
        Assert.Equal(payload.Length, (await binary.ReadFrameAsync()).As<PushDelivery>().Payload.Length);
        Assert.Equal(107, (await text.ReadTextAsync()).GetProperty("command").GetInt32());
        await text.ReadCloseAsync();
        Assert.Equal((4001, "kicked"), text.Closed);
        await binary.CloseAsync(WebSocketCloseStatus.NormalClosure);
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "both have left");
        Assert.True(gateway.Register.Rooms.TryPeek(out var room));
        Assert.Contains(room.Addresses, address => address.Transport == "wss" && address.Port == gateway.WebSocket.Port);
    }

    [Fact]
    public async Task Page_OfAnotherSite_IsRefusedOverTlsToo()
    {
        await using var gateway = await StartAsync();

        var fault = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(gateway, ("Origin", "https://evil.example")));

        Assert.Contains("403", fault.Message, StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "it has left");
    }

    [Fact]
    public async Task Handshakes_OfTls_AreLimitedHereToo()
    {
        await using var gateway = await RunningGateway.StartAsync(
            true, ("WebSocket:CertificateFile", _files.CertificateFile), ("WebSocket:KeyFile", _files.KeyFile), ("Tls:MaxHandshakes", "1"));
        using var stalled = await UpgradeClient.ConnectAsync(gateway.WebSocket);
        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshaking == 1, "one is under way");

        await RunningGateway.AssertIsCutAsync(gateway.WebSocket);

        Assert.Equal(1, gateway.Metrics.Refusals(Code.Overloaded));
    }

    [Fact]
    public async Task Client_WithoutTls_IsNotServed()
    {
        await using var gateway = await StartAsync();

        await Assert.ThrowsAnyAsync<WebSocketException>(() => WebSocketClient.ConnectAsync(gateway.WebSocket));

        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "it has left");
    }

    public void Dispose() => _files.Dispose();

    private Task<RunningGateway> StartAsync() =>
        RunningGateway.StartAsync(true, ("WebSocket:CertificateFile", _files.CertificateFile), ("WebSocket:KeyFile", _files.KeyFile));

    private Task<WebSocketClient> ConnectAsync(RunningGateway gateway, params (string Name, string Value)[] fields) =>
        WebSocketClient.ConnectAsync(
            new Uri($"wss://localhost:{gateway.WebSocket.Port}/ws"),
            socket => socket.RemoteCertificateValidationCallback = (_, certificate, _, _) => (certificate as X509Certificate2)?.Thumbprint == _files.Certificate.Thumbprint,
            fields);
}
