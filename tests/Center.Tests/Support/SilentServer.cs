using System.Net;
using System.Net.Sockets;

namespace Microservices.Center.Tests.Support;

/// <summary>Takes connections and never says anything.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentServer() => _listener.Start();

    public string Address => $"http://{_listener.LocalEndpoint}";

    public void Dispose() => _listener.Dispose();
}
