using Microservices.Bus.Tests.Contract;

namespace Microservices.Bus.Tests.RabbitMq;

public sealed class RabbitMqPresenceTests(Broker broker) : PresenceContract
{
    protected override BusMedium Medium { get; } = new BrokerMedium(broker.Server);
}
