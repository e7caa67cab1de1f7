using Microservices.Bus.Tests.Contract;

namespace Microservices.Bus.Tests.InProcess;

public sealed class InProcessUplinkTests : UplinkContract
{
    protected override BusMedium Medium { get; } = new ProcessMedium();
}
