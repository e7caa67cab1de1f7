namespace Microservices.Gateway.Uplink;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Publishing a message of a client failed")]
    public static partial void PublishFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Messages} messages of clients were not confirmed by the bus in time")]
    public static partial void GivenUp(ILogger logger, int messages);
}
