using Microservices.Bus.Tests.Contract;

namespace Microservices.Bus.Tests.InProcess;

public sealed class InProcessPresenceTests : PresenceContract
{
    protected override BusMedium Medium { get; } = new ProcessMedium();
}
