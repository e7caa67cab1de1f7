using System.Net;
using System.Net.Sockets;

namespace Microservices.Testing.Tests;

public sealed class FreePortsTests
{
    [Fact]
    public void Take_ManyTimes_EachIsAnotherAndFree()
    {
        var ports = Enumerable.Range(0, 200).Select(_ => FreePorts.Take()).ToArray();

        Assert.Equal(200, ports.Distinct().Count());
        foreach (var port in ports.Take(20))
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
    }

    [Fact]
    public void Take_BesideAnotherRun_LeavesItsPortsAlone()
    {
        // What another process would do to hold the ports that come next.
        var last = FreePorts.Take();
        using var held = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        held.Bind(new UnixDomainSocketEndPoint($"\0microservices-test-port-{last + 3}"));

        Assert.DoesNotContain(last + 3, Enumerable.Range(0, 10).Select(_ => FreePorts.Take()));
    }

    [Fact]
    public void TryTake_PortThatIsTaken_False()
    {
        var port = FreePorts.Take();

        Assert.False(FreePorts.TryTake(port));
    }
}
