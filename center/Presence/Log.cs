namespace Microservices.Center.Presence;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Presence events are followed")]
    public static partial void Subscribed(ILogger logger);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Presence events can't be followed; the service stops")]
    public static partial void CannotSubscribe(ILogger logger, Exception fault);
}
