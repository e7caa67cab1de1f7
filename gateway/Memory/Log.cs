namespace Microservices.Gateway.Memory;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Quiet again: the heap went from {Before} to {After} MiB in {Pause}")]
    public static partial void Trimmed(ILogger logger, long before, long after, TimeSpan pause);
}
