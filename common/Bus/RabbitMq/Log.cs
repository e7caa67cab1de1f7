using Microsoft.Extensions.Logging;

namespace Microservices.Bus.RabbitMq;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "RabbitMQ at {Address}: connected ({Connection})")]
    public static partial void Connected(ILogger logger, BrokerAddress address, string connection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "RabbitMQ at {Address}: connection lost ({Connection}): {Reason}")]
    public static partial void ConnectionLost(ILogger logger, BrokerAddress address, string connection, string reason);

    [LoggerMessage(Message = "RabbitMQ at {Address}: cannot connect ({Connection}), trying on: {Reason}")]
    public static partial void CannotConnect(ILogger logger, LogLevel level, BrokerAddress? address, string connection, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "RabbitMQ queue {Queue} was made with other limits and keeps them; to apply the configured ones, delete it when it is empty: {Reason}")]
    public static partial void QueueHasOtherArguments(ILogger logger, string queue, string reason);

    [LoggerMessage(Message = "RabbitMQ: cannot publish, trying on: {Reason}")]
    public static partial void CannotPublish(ILogger logger, LogLevel level, string reason);

    [LoggerMessage(Message = "RabbitMQ queue {Queue}: cannot be consumed, trying on: {Reason}")]
    public static partial void CannotConsume(ILogger logger, LogLevel level, string queue, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "RabbitMQ queue {Queue}: consuming")]
    public static partial void Consuming(ILogger logger, string queue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of {Queue} is set aside: {Why} ({Before} others since the last such line)")]
    public static partial void SetAside(ILogger logger, string queue, string why, long before);

    [LoggerMessage(Level = LogLevel.Information, Message = "Uplink: giving up {Excess} of {Active} queues, which {Consumers} consumers share")]
    public static partial void GivingUpQueues(ILogger logger, int excess, int active, int consumers);
}
