namespace Microservices.Register.Presence;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The events of partition {Partition} were not relayed; they are tried again")]
    public static partial void RelayFailed(ILogger logger, Exception fault, int partition);
}
