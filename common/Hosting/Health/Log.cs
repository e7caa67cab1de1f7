using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Health;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for {Dependency} at {Where}: {Why}")]
    public static partial void DependencyMissing(ILogger logger, string dependency, string where, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Dependency} is there")]
    public static partial void DependencyUp(ILogger logger, string dependency);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Dependency} is back")]
    public static partial void DependencyBack(ILogger logger, string dependency);
}
