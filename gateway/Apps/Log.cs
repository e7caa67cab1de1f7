namespace Microservices.Gateway.Apps;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Register told of {Apps} apps (all: {Whole})")]
    public static partial void AppsChanged(ILogger logger, int apps, bool whole);

    [LoggerMessage(Level = LogLevel.Error, Message = "Following the list of apps failed; it is tried again")]
    public static partial void WatchFailed(ILogger logger, Exception fault);
}
