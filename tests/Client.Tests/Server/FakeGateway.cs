using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microservices.Client.Endpoints;
using Microservices.Testing;

namespace Microservices.Client.Tests.Server;

/// <summary>A gateway that does what the test says, frame by frame, on a free port of the loopback.</summary>
internal sealed class FakeGateway : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FakeGateway() => _listener.Start();

    public Endpoint Endpoint => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>An address at which nobody listens.</summary>
    public static Endpoint Nobody()
    {
        using var gateway = new FakeGateway();
        return gateway.Endpoint;
    }

    public async Task<FakeConnection> AcceptAsync() => new(await AcceptStreamAsync());

    /// <summary>Accepts a connection and speaks TLS on it.</summary>
    /// <exception cref="IOException">The client left.</exception>
    /// <exception cref="AuthenticationException">The client refused.</exception>
    public async Task<FakeConnection> AcceptTlsAsync(TestCertificate certificate)
    {
        using var loaded = certificate.Load();
        var stream = new SslStream(await AcceptStreamAsync());
        await stream.AuthenticateAsServerAsync(loaded).WaitAsync(FakeConnection.Deadline);
        return new FakeConnection(stream);
    }

    public async Task<Stream> AcceptStreamAsync() => new NetworkStream(await _listener.AcceptSocketAsync().WaitAsync(FakeConnection.Deadline), ownsSocket: true);

    /// <summary>Accepts a connection and lets its verify succeed.</summary>
    public async Task<FakeConnection> AcceptVerifiedAsync(uint heartbeatMs = 60_000, bool acknowledges = false)
    {
        var connection = await AcceptAsync();
        await connection.ReadVerifyAsync();
        await connection.AnswerVerifyAsync(heartbeatMs, acknowledges: acknowledges);
        return connection;
    }

    public void Dispose() => _listener.Dispose();
}
