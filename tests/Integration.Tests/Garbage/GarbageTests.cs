using System.Net;
using System.Net.Sockets;
using System.Text;
using Microservices.Integration.Tests.ChatProtocol;
using Microservices.Clusters;

namespace Microservices.Integration.Tests.Garbage;

/// <summary>Who speaks something else, or nothing at all, is shown out, and nobody else notices.</summary>
public sealed class GarbageTests(SharedCluster shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task RandomBytes_AreRefused()
    {
        var cluster = await shared.GetAsync();
        var random = new Random(12345);

        for (var i = 0; i < 50; i++)
        {
            var bytes = new byte[random.Next(12, 5_000)];
            random.NextBytes(bytes);
            bytes[0] |= 0x80; // a length that no limit allows
            using var socket = await ConnectAsync(cluster, 0);
            await socket.SendAsync(bytes);
            await ReadToEndAsync(socket);
        }

        await PythonScenario.RunAsync("chat.single", cluster.World(await cluster.NewUsersAsync(2)));
    }

    [Fact]
    public async Task HttpRequest_IsRefused()
    {
        var cluster = await shared.GetAsync();
        using var socket = await ConnectAsync(cluster, 0);

        await socket.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        Assert.Contains("frame_too_large", Encoding.UTF8.GetString(await ReadToEndAsync(socket)), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0000001400000001")]
    [InlineData("000000140000000100000001")]
    [InlineData("0000001400000001000000017b")]
    [InlineData("000000120000000100000005000000000000")]
    public async Task HalfAFrameThenSilence_IsClosedAtTheVerifyDeadline(string hex)
    {
        var cluster = await shared.GetAsync();
        using var socket = await ConnectAsync(cluster, 0);

        await socket.SendAsync(Convert.FromHexString(hex));

        await ReadToEndAsync(socket);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task TwoThousandSilentConnections_AreClosedAndDisturbNobody()
    {
        const int Connections = 2_000;
        var cluster = await shared.GetAsync();
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                sockets.Add(await ConnectAsync(cluster, i));
            }

            await PythonScenario.RunAsync("chat.single", cluster.World(await cluster.NewUsersAsync(2)));
            await Task.WhenAll(sockets.Select(ReadToEndAsync));
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }

        await PythonScenario.RunAsync("chat.single", cluster.World(await cluster.NewUsersAsync(2)));
    }

    // Every hundred from an address of their own, as clients would be: how many come from one is another limit.
    private static async Task<Socket> ConnectAsync(Cluster cluster, int number)
    {
        const int PerAddress = 100;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + (number / PerAddress))]), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, cluster.Gateways[0].Port));
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        var received = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is var count and > 0)
            {
                received.AddRange(buffer.AsSpan(0, count));
            }
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed with bytes of ours unread.
        }

        return [.. received];
    }
}
