using Microservices.Bus.Tests.Contract;

namespace Microservices.Bus.Tests.RabbitMq;

public sealed class RabbitMqRoomTests(Broker broker) : RoomContract
{
    protected override BusMedium Medium { get; } = new BrokerMedium(broker.Server);
}
