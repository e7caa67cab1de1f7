using Microservices.Contracts.Bus;

namespace Microservices.Gateway.Delivery;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A message of kind {Kind} for this room could not be handled and is dropped")]
    public static partial void MessageFailed(ILogger logger, Exception fault, RoomMessage.KindOneofCase kind);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} broadcasts could not be sent to a session, and perhaps to further ones of this pass")]
    public static partial void BroadcastsFailed(ILogger logger, Exception fault, int count);
}
