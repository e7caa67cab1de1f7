using Microservices.Bus.Tests.Contract;

namespace Microservices.Bus.Tests.RabbitMq;

public sealed class RabbitMqUplinkTests(Broker broker) : UplinkContract
{
    protected override BusMedium Medium { get; } = new BrokerMedium(broker.Server);
}
