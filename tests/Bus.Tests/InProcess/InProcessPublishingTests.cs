using Microservices.Bus.Tests.Contract;

namespace Microservices.Bus.Tests.InProcess;

public sealed class InProcessPublishingTests : PublishingContract
{
    protected override BusMedium Medium { get; } = new ProcessMedium();
}
