using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using Microservices.Gateway.Transport;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Transport;

/// <summary>Over TLS, composed as Kestrel does it: a pipe that writes to the encrypting stream.</summary>
public sealed class PipeOutboxTests : OutboxContract
{
    private SslStream _tls = null!;
    private PipeOutlet _outlet = null!;

    [Fact]
    public async Task End_WhileAFlushIsUnderWay_CutsTheLinkAndWaitsForIt()
    {
        FillUp();
        Outbox.Abort();

        await _outlet.EndAsync(Server.Dispose).WaitAsync(Eventually.DefaultDeadline);

        Assert.Equal(0, Told.Failures);
    }

    [Fact]
    public async Task End_WhileNothingWaits_IsAtOnce()
    {
        Outbox.Post([1]);
        Outbox.Abort();

        await _outlet.EndAsync(static () => Assert.Fail("nothing is to be cut")).WaitAsync(Eventually.DefaultDeadline);
    }

    private protected override async Task<(IOutlet Outlet, Stream Incoming)> LinkAsync()
    {
        var certificate = new TestCertificate();
        using var loaded = certificate.Load();
        _tls = new SslStream(new NetworkStream(Server));
        var client = new SslStream(new NetworkStream(Reader));
        await Task.WhenAll(_tls.AuthenticateAsServerAsync(loaded), client.AuthenticateAsClientAsync(certificate.Trust())).WaitAsync(Eventually.DefaultDeadline);
        _outlet = new PipeOutlet(PipeWriter.Create(_tls, new StreamPipeWriterOptions(leaveOpen: true)), _tls);
        return (_outlet, client);
    }

    private protected override async ValueTask CloseAsync()
    {
        Outbox.Abort();
        await _outlet.EndAsync(Server.Dispose).WaitAsync(Eventually.DefaultDeadline);
        await _tls.DisposeAsync();
        await Incoming.DisposeAsync();
    }
}
