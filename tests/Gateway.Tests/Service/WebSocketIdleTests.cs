using System.Net;
using System.Net.Sockets;
using System.Text;
using Microservices.Gateway.Tests.Running;
using Microservices.Gateway.Tests.WebSockets;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

[Collection(nameof(AllocationTests))]
public sealed class WebSocketIdleTests
{
    // A connection is to hold 5,500 bytes at most, one by WebSocket 8,000.
    private const int MostMoreBytes = 8_000 - 5_500;
    private const int Connections = 250;
    private const int Rounds = 3;
    private const int SteadyBytes = 32 * 1024;

    [Fact]
    public async Task Idle_VerifiedConnection_HoldsLittleMoreThanAPlainOne()
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var sockets = new List<Socket>();
        try
        {
            await OpenAsync(gateway, sockets, 50, isWebSocket: true);
            await OpenAsync(gateway, sockets, 50, isWebSocket: false);

            // What the client and the register of the test hold is in both; what tests before this one still hold may go meanwhile, so the medians are compared.
            var measured = new List<(long Plain, long WebSocket)>();
            for (var round = 0; round < Rounds; round++)
            {
                measured.Add((await MeasureAsync(gateway, sockets, isWebSocket: false), await MeasureAsync(gateway, sockets, isWebSocket: true)));
            }

            var plain = measured.Select(static one => one.Plain).Order().ElementAt(Rounds / 2);
            var webSocket = measured.Select(static one => one.WebSocket).Order().ElementAt(Rounds / 2);
            TestContext.Current.TestOutputHelper?.WriteLine($"{plain} bytes for each plain connection, {webSocket} for each WebSocket");
            Assert.True(webSocket < plain + MostMoreBytes, $"{plain} bytes for each plain connection, {webSocket} for each WebSocket");
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    private static async Task<long> MeasureAsync(RunningGateway gateway, List<Socket> sockets, bool isWebSocket)
    {
        var before = await SettledAsync();
        await OpenAsync(gateway, sockets, Connections, isWebSocket);
        return (await SettledAsync() - before) / Connections;
    }

    /// <summary>The memory that is held when nothing goes any more.</summary>
    private static async Task<long> SettledAsync()
    {
        var latest = long.MaxValue;
        await Eventually.HoldsAsync(
            () =>
            {
                GC.WaitForPendingFinalizers();
                (var former, latest) = (latest, GC.GetTotalMemory(forceFullCollection: true));
                return Math.Abs(former - latest) < SteadyBytes;
            },
            "the memory is steady");
        return latest;
    }

    /// <summary>Verified connections that read nothing more, on plain sockets.</summary>
    private static async Task OpenAsync(RunningGateway gateway, List<Socket> sockets, int count, bool isWebSocket)
    {
        var upgrade = Encoding.ASCII.GetBytes(string.Join("\r\n", ["GET /ws HTTP/1.1", .. UpgradeClient.Fields]) + "\r\n\r\n");
        var all = sockets.Count + count;
        while (sockets.Count < all)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            socket.Connect(new IPEndPoint(IPAddress.Loopback, (isWebSocket ? gateway.WebSocket : gateway.Tcp).Port));
            var user = $"u{sockets.Count}";
            var verify = new Verify { User = user, Token = "token-" + user, Sdk = "test/1" };
            var frame = FrameWriter.ToArray(ProtocolVersion.Current, Command.Verify, verify);
            socket.Send(isWebSocket ? [.. upgrade, .. ClientFrames.Of(Opcode.Binary, frame)] : frame);
        }

        await Eventually.HoldsAsync(() => gateway.Sessions.Count == all, "all are verified", () => $"{gateway.Sessions.Count}");
    }
}
