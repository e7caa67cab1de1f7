namespace Microservices.Gateway.Liveness;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "What was due failed; it is not tried again")]
    public static partial void DueFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The process stood still for {Ms} ms; timeouts of clients do not count it")]
    public static partial void Stalled(ILogger logger, long ms);
}
