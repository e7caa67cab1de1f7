using Google.Protobuf;
using Microservices.Bus.Handling;
using RabbitMQ.Client;

namespace Microservices.Bus.RabbitMq;

/// <summary>What there is to know about a queue to consume it.</summary>
internal sealed record ConsumedQueue<T>(
    string Name,
    Destination From,
    MessageParser<T> Parser,
    IDeliveryHandler<T> Handler,
    int Prefetch,
    Func<LiveConnection, IChannel, CancellationToken, Task> DeclareAsync,
    bool DeleteAtEnd)
    where T : class, IMessage<T>;
