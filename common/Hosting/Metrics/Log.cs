using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Metrics;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "An observable instrument failed; its value is missing from /metrics")]
    public static partial void ObservationFailed(ILogger logger, Exception fault);
}
