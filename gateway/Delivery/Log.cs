using Microservices.Contracts.Bus;

namespace Microservices.Gateway.Delivery;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A message of kind {Kind} for this room could not be handled and is dropped")]
    public static partial void MessageFailed(ILogger logger, Exception fault, RoomMessage.KindOneofCase kind);
}
