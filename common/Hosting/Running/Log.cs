using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Running;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Service} {Version} started: {Listeners}")]
    public static partial void Started(ILogger logger, string service, string version, string listeners);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Service} is stopping")]
    public static partial void Stopping(ILogger logger, string service);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Service} has stopped")]
    public static partial void Stopped(ILogger logger, string service);
}
