namespace Microservices.Center.RegisterWatch;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A stream of register failed")]
    public static partial void WatchFailed(ILogger logger, Exception fault);
}
