using System.Security.Authentication;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Arrivals.Tls;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Tests.Running;
using Microservices.Hosting.Listening;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Clients that come by TLS.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task Client_ByTls_LogsInChatsAndIsPushedTo()
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings());
        var client = await gateway.ConnectTlsAsync(files.Certificate);
        await gateway.LogInAsync(client, "ann");

        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "up" });
        await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("down") }, Audience.Several, gateway.KeyOf("ann"));

        Assert.Equal("up", (await gateway.UplinkAsync()).Chat.ChatContent);
        Assert.Equal("down", System.Text.Encoding.UTF8.GetString((await client.ReadAsync<PushDelivery>(Command.Push)).Payload.Span));
        Assert.Equal(1, gateway.Arrivals.Handshakes(HandshakeOutcome.Succeeded));
        Assert.Equal(0, gateway.Arrivals.Handshaking);
    }

    [Fact]
    public async Task Room_NamesItsAddressForTls()
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings());

        Assert.True(gateway.Register.Rooms.TryPeek(out var room));

        Assert.Contains(room.Addresses, address => (address.Host, address.Port, address.Transport) == ("127.0.0.1", (uint)gateway.Tls.Port, "tls"));
    }

    [Fact]
    public async Task Listener_WithoutACertificate_DoesNotListen()
    {
        await using var gateway = await RunningGateway.StartAsync();

        Assert.False(gateway.Get<BoundEndpoints>().Listens(GatewayListeners.Tls));
        Assert.True(gateway.Get<BoundEndpoints>().Listens(GatewayListeners.Tcp));
    }

    [Fact]
    public async Task Goodbye_ByTls_IsAnsweredWithTheEnd()
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings());
        var client = await gateway.ConnectTlsAsync(files.Certificate);
        await gateway.LogInAsync(client, "ann");

        client.Send(Command.Goodbye);

        await client.ReadEndAsync();
        client.Dispose();
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "it has left");
    }

    [Fact]
    public async Task Shutdown_TellsClientsByTls_AndCutsHandshakes()
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings(("Tls:HandshakeTimeout", "00:05:00")));
        var client = await gateway.ConnectTlsAsync(files.Certificate);
        await gateway.LogInAsync(client, "ann");
        var silent = await gateway.ConnectPlainlyToTlsAsync();
        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshaking == 1, "a handshake is under way");

        var stopping = gateway.StopAsync();

        Assert.Equal(Code.GoingAway, (await client.ReadAsync<Directive>(Command.Directive)).Code);
        await client.ReadEndAsync();
        client.Dispose();
        await silent.ReadCutAsync();
        await stopping.WaitAsync(Eventually.DefaultDeadline);
        Assert.Contains(gateway.StopSteps, static step => step.EndsWith("connections closed; 0 left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reader_ByTlsThatStopsReading_LosesMessagesAndIsClosed()
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(
            true, files.Settings(("Connections:MaxPendingBytes", "65536"), ("Connections:SlowConsumerTimeout", "00:00:01")));
        var stuck = await gateway.ConnectTlsAsync(files.Certificate, receiveBuffer: 4096);
        await gateway.LogInAsync(stuck, "stuck");
        var key = gateway.KeyOf("stuck");

        for (var sent = 0; gateway.Metrics.Drops(DropCause.OutboxFull) == 0; sent++)
        {
            Assert.True(sent < 5_000, "nothing is dropped");
            await gateway.PushAsync(new Push { Payload = ByteString.CopyFrom(new byte[20_000]) }, Audience.Several, key);
            await gateway.UntilHandledAsync();
        }

        Assert.True(gateway.Outboxes.PendingBytes <= 65_536);
        await Eventually.HoldsAsync(() => gateway.Metrics.Closes(Code.SlowConsumer) == 1, "the stuck reader is closed");
        await Eventually.HoldsAsync(() => gateway.Outboxes is { PendingBytes: 0, Backlogs: 0 }, "nothing waits any more");
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "it has left");
    }

    [Fact]
    public async Task Certificate_ThatChanges_IsUsedByTheNextHandshake_AndConnectionsGoOn()
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings());
        var before = await gateway.ConnectTlsAsync(files.Certificate);
        await gateway.LogInAsync(before, "ann");
        var next = new TestCertificate();

        next.WriteTo(files.CertificateFile, files.KeyFile);

        TestClient? after = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    after = await gateway.ConnectTlsAsync(next);
                    return true;
                }
                catch (AuthenticationException)
                {
                    // The former one, which this client does not trust.
                    return false;
                }
            },
            "the new certificate is shown");
        await gateway.LogInAsync(after!, "bob");
        Assert.Equal(next.Thumbprint, after!.ServerThumbprint);
        Assert.Equal(files.Certificate.Thumbprint, before.ServerThumbprint);
        Assert.Empty(await before.ReadUntilAnsweredAsync());
    }

    [Theory]
    [InlineData("Tls:MaxHandshakes")]
    [InlineData("Tls:MaxHandshakesPerAddress")]
    public async Task Handshakes_OverTheLimit_AreNotBegun(string limit)
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings((limit, "2"), ("Tls:HandshakeTimeout", "00:05:00")));
        var silent = new[] { await gateway.ConnectPlainlyToTlsAsync(), await gateway.ConnectPlainlyToTlsAsync() };
        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshaking == 2, "both are under way");

        await RunningGateway.AssertIsCutAsync(gateway.Tls);

        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshakes(HandshakeOutcome.NoRoom) == 1, "it is counted");
        Assert.Equal(1, gateway.Metrics.Refusals(Code.Overloaded));
        silent[0].Dispose();
        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshakes(HandshakeOutcome.Failed) == 1, "one has left");
        await gateway.LogInAsync(await gateway.ConnectTlsAsync(files.Certificate), "ann");
    }

    [Theory]
    [InlineData("Admission:Deny:0", "127.0.0.0/8", Code.AddressDenied)]
    [InlineData("Admission:MaxConnectionsPerAddress", "1", Code.TooManyConnections)]
    [InlineData("Admission:ConnectionBurstPerAddress", "1", Code.ConnectionRateExceeded)]
    [InlineData("Admission:MaxConnections", "1", Code.Overloaded)]
    public async Task Connection_ThatIsNotAdmitted_IsCutBeforeTheHandshake(string key, string value, Code code)
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(
            true, files.Settings((key, value), ("Admission:LimitLoopback", "true"), ("Admission:ConnectionsPerSecondPerAddress", "0.01")));
        var first = await gateway.ConnectAsync();
        if (code != Code.AddressDenied)
        {
            await gateway.LogInAsync(first, "ann");
        }

        await RunningGateway.AssertIsCutAsync(gateway.Tls);

        await Eventually.HoldsAsync(() => gateway.Metrics.Refusals(code) >= 1, "it is counted");
        Assert.Equal(0, gateway.Arrivals.Handshaking);
        Assert.All(Enum.GetValues<HandshakeOutcome>(), outcome => Assert.Equal(0, gateway.Arrivals.Handshakes(outcome)));
    }
}
