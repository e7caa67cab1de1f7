using Google.Protobuf;
using Microservices.Bus.Handling;
using RabbitMQ.Client;

namespace Microservices.Bus.RabbitMq;

/// <summary>What there is to know about a queue to consume it.</summary>
/// <param name="Name">Its name in logs.</param>
/// <param name="From">What it counts as.</param>
/// <param name="Parser">Of its messages.</param>
/// <param name="Handler">What is done with them.</param>
/// <param name="Prefetch">How many are taken ahead of handling them.</param>
/// <param name="DeclareAsync">Makes sure that it is there, each time before it is consumed.</param>
/// <param name="DeleteAtEnd">It goes when its consumer is disposed.</param>
internal sealed record ConsumedQueue<T>(
    string Name,
    Destination From,
    MessageParser<T> Parser,
    IDeliveryHandler<T> Handler,
    int Prefetch,
    Func<LiveConnection, IChannel, CancellationToken, Task<DeclaredQueue>> DeclareAsync,
    bool DeleteAtEnd)
    where T : class, IMessage<T>;
