using System.Buffers.Binary;
using System.Net.Sockets;
using Microservices.Gateway.Arrivals.Tls;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Who asks the TLS port for less than TLS 1.2. The bytes are our own: TLS libraries refuse to ask for it.</summary>
public sealed class TlsDowngradeTests
{
    private const byte HandshakeRecord = 22;
    private const byte AlertRecord = 21;
    private const byte ProtocolVersionAlert = 70;
    private const ushort Tls10 = 0x0301;
    private const ushort Tls11 = 0x0302;
    private const ushort Tls12 = 0x0303;

    [Theory]
    [InlineData(Tls10)]
    [InlineData(Tls11)]
    public async Task Hello_ThatAsksForAnOldVersion_IsRefused(int version)
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings());

        var answer = await AnswerAsync(gateway, Hello((ushort)version));

        Assert.Equal(AlertRecord, answer[0]);
        Assert.Equal(ProtocolVersionAlert, answer[6]);
        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshakes(HandshakeOutcome.Failed) == 1, "it is counted");
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "it has left");
    }

    [Fact]
    public async Task Hello_ThatAsksForTls12_IsAnswered()
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings());

        var answer = await AnswerAsync(gateway, Hello(Tls12));

        Assert.Equal(HandshakeRecord, answer[0]);
    }

    [Fact]
    public async Task Frame_InPlainText_IsRefused()
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings());
        var client = await gateway.ConnectPlainlyToTlsAsync();

        client.Verify("ann");

        await client.ReadNoFrameAsync();
        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshakes(HandshakeOutcome.Failed) == 1, "it is counted");
        Assert.Equal(0, gateway.Metrics.FramesIn(Command.Verify));
    }

    [Fact]
    public async Task Hello_OnThePlainPort_IsAMalformedFrame()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();

        client.Send(Hello(Tls12));

        await client.ReadErrorAsync(Code.FrameTooLarge);
        await client.ReadEndAsync();
    }

    private static async Task<byte[]> AnswerAsync(RunningGateway gateway, byte[] hello)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        await socket.ConnectAsync(gateway.Tls, deadline.Token);
        await socket.SendAsync(hello, deadline.Token);
        var answer = new byte[7];
        for (var read = 0; read < answer.Length;)
        {
            var received = await socket.ReceiveAsync(answer.AsMemory(read), deadline.Token);
            Assert.True(received > 0, "the server closed without an answer");
            read += received;
        }

        return answer;
    }

    /// <summary>A ClientHello that asks for <paramref name="version"/> at most, with cipher suites of that age.</summary>
    private static byte[] Hello(ushort version)
    {
        // ECDHE with ECDSA and RSA: AES-128 CBC with SHA-1 for the old, AES-128 GCM for TLS 1.2.
        byte[] suites = [0xC0, 0x09, 0xC0, 0x13, 0xC0, 0x2B, 0xC0, 0x2F];
        byte[] curves = [0, 10, 0, 4, 0, 2, 0, 23];
        byte[] points = [0, 11, 0, 2, 1, 0];
        byte[] signatures = [0, 13, 0, 6, 0, 4, 4, 3, 4, 1];
        byte[] extensions = [.. curves, .. points, .. signatures];
        byte[] body =
        [
            .. Number(version), .. new byte[32], 0, .. Number((ushort)suites.Length), .. suites, 1, 0, .. Number((ushort)extensions.Length), .. extensions,
        ];
        byte[] handshake = [1, 0, .. Number((ushort)body.Length), .. body];
        return [HandshakeRecord, .. Number(Tls10), .. Number((ushort)handshake.Length), .. handshake];
    }

    private static byte[] Number(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }
}
