using Microservices.Bus.Tests.Contract;

namespace Microservices.Bus.Tests.RabbitMq;

public sealed class RabbitMqPublishingTests(Broker broker) : PublishingContract
{
    protected override BusMedium Medium { get; } = new BrokerMedium(broker.Server);
}
