using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Microservices.Testing.Tests.Links;

/// <summary>A link between two plain sockets.</summary>
public sealed class LinkTests : IAsyncLifetime
{
    private readonly TcpListener _server = new(IPAddress.Loopback, FreePorts.Take());
    private readonly TcpClient _client = new() { NoDelay = true };
    private Link _link = null!;
    private TcpClient _served = null!;

    public async ValueTask InitializeAsync()
    {
        _server.Start();
        _link = Link.StartNew(((IPEndPoint)_server.LocalEndpoint).Port);
        await _client.ConnectAsync(IPAddress.Loopback, _link.Port);
        _served = await _server.AcceptTcpClientAsync();
        await Eventually.HoldsAsync(() => _link.Connections.Count == 1, "the link has a connection");
    }

    [Fact]
    public async Task Forward_BothDirections_BytesArrive()
    {
        await SendAsync(_client, "up");
        await SendAsync(_served, "down");

        Assert.Equal("up", await ReadAsync(_served, 2));
        Assert.Equal("down", await ReadAsync(_client, 4));
    }

    [Fact]
    public async Task Hold_ThenForward_NothingIsLost()
    {
        _link.Set(Flow.Hold, Flow.Hold);
        await SendAsync(_client, "held");
        await SendAsync(_served, "down");
        var read = ReadAsync(_served, 4);
        var end = ReadAsync(_client, 4);
        _client.Client.Shutdown(SocketShutdown.Send);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(read.IsCompleted || end.IsCompleted);

        _link.Set(Flow.Forward, Flow.Forward);

        Assert.Equal("held", await read);
        Assert.Equal("down", await end);
        Assert.Equal("", await ReadAsync(_served, 1));
    }

    [Fact]
    public async Task Drop_OneDirection_TheOtherGoesOn()
    {
        _link.Set(Flow.Drop, Flow.Forward);
        await SendAsync(_client, "lost");
        await SendAsync(_served, "down");
        Assert.Equal("down", await ReadAsync(_client, 4));

        _link.Cut(reset: false);

        Assert.Equal("", await ReadAsync(_served, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cut_AlsoWhileHeld_BothSidesSeeTheEnd(bool reset)
    {
        _link.Set(Flow.Hold, Flow.Hold);

        _link.Cut(reset);

        await AssertEndedAsync(_served, reset);
        await AssertEndedAsync(_client, reset);
        await Eventually.HoldsAsync(() => _link.Connections.Count == 0, "the link has no connection");
    }

    [Fact]
    public async Task ServerResets_ClientSeesIt()
    {
        _served.LingerState = new LingerOption(true, 0);
        _served.Client.Close(0);

        await AssertEndedAsync(_client, reset: true);
    }

    [Fact]
    public async Task Refuses_NewConnection_IsReset()
    {
        _link.Refuses = true;
        using var late = new TcpClient();

        // At the connect or at the first read: as the system comes to it.
        var fault = await Record.ExceptionAsync(async () =>
        {
            await late.ConnectAsync(IPAddress.Loopback, _link.Port, TestContext.Current.CancellationToken);
            await ReadAsync(late, 1);
        });
        Assert.True(fault is SocketException or IOException, $"{fault}");
    }

    [Fact]
    public async Task Delay_Set_BytesArriveInOrder()
    {
        _link.Delay = TimeSpan.FromMilliseconds(5);
        for (var i = 0; i < 10; i++)
        {
            await SendAsync(_client, $"{i}");
        }

        Assert.Equal("0123456789", await ReadAsync(_served, 10));
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        _client.Dispose();
        _served.Dispose();
        _server.Dispose();
    }

    private static async Task SendAsync(TcpClient to, string text) => await to.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    // Shorter than asked for: the end came.
    private static async Task<string> ReadAsync(TcpClient from, int count)
    {
        var bytes = new byte[count];
        var read = await from.GetStream().ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false)
            .AsTask().WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(bytes, 0, read);
    }

    private static async Task AssertEndedAsync(TcpClient side, bool reset)
    {
        if (reset)
        {
            await Assert.ThrowsAsync<IOException>(() => ReadAsync(side, 1));
        }
        else
        {
            Assert.Equal("", await ReadAsync(side, 1));
        }
    }
}
