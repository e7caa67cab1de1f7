using Microservices.Bus.RabbitMq;

namespace Microservices.Bus.Tests.RabbitMq;

public sealed class UplinkShareTests
{
    [Theory]
    [InlineData(16, 1, 0)]
    [InlineData(16, 2, 8)]
    [InlineData(8, 2, 0)]
    [InlineData(10, 3, 4)]
    [InlineData(1, 40, 0)]
    [InlineData(3, 40, 2)]
    [InlineData(5, 0, 0)]
    public void Excess_ActiveAndConsumers_IsWhatIsAboveTheShare(int active, int consumers, int excess) =>
        Assert.Equal(excess, UplinkBalance.Excess(active, consumers));
}
