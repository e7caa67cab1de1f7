using System.Net;
using Microservices.Gateway.Admission;
using Microservices.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Gateway.Tests.Admission;

public sealed class GateTests
{
    private static readonly IPAddress Somebody = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void Enter_IsUnavailableBeforeOpenAndGoingAwayAfterShut()
    {
        using var gate = Gate(new AdmissionOptions());
        Assert.Equal(Code.Unavailable, gate.Enter(Somebody));

        gate.Open();
        Assert.Equal(Code.None, gate.Enter(Somebody));

        gate.Shut();
        Assert.Equal(Code.GoingAway, gate.Enter(Somebody));
        gate.Open();
        Assert.Equal(Code.GoingAway, gate.Enter(Somebody));
        Assert.Equal(1, gate.Connections);
    }

    [Fact]
    public void Enter_OfADeniedNetworkWithinAnAllowedOne_IsDenied()
    {
        using var gate = Gate(new AdmissionOptions { Allow = { "192.0.0.0/8" }, Deny = { "192.0.2.0/24" } });
        gate.Open();

        Assert.Equal(Code.AddressDenied, gate.Enter(Somebody));
        Assert.Equal(Code.None, gate.Enter(IPAddress.Parse("::ffff:192.0.3.1")));
        Assert.Equal(Code.AddressDenied, gate.Enter(IPAddress.Parse("198.51.100.1")));
    }

    [Fact]
    public void Enter_ThatIsRefused_LeavesNoCount()
    {
        using var gate = Gate(new AdmissionOptions { MaxConnections = 2, MaxConnectionsPerAddress = 1 });
        gate.Open();
        Assert.Equal(Code.None, gate.Enter(Somebody));

        Assert.Equal(Code.TooManyConnections, gate.Enter(Somebody));
        Assert.Equal(Code.None, gate.Enter(IPAddress.Parse("192.0.2.2")));
        Assert.Equal(Code.Overloaded, gate.Enter(IPAddress.Parse("192.0.2.3")));
        Assert.Equal(2, gate.Connections);

        gate.Leave(Somebody);
        Assert.Equal(Code.None, gate.Enter(Somebody));
    }

    private static Gate Gate(AdmissionOptions options) => new(options, () => 0, NullLogger<Gate>.Instance);
}
