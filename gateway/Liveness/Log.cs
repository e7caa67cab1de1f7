namespace Microservices.Gateway.Liveness;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "What was due failed; it is not tried again")]
    public static partial void DueFailed(ILogger logger, Exception fault);
}
