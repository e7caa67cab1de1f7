namespace Microservices.Center.Chat;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Chat from clients is handled")]
    public static partial void Consuming(ILogger logger);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Chat from clients can't be consumed; the service stops")]
    public static partial void CannotConsume(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Chat from clients is no longer taken; what was in hand is finished or given back")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Messages} chat messages of queue {Queue} wait and are tried again: {Fault}")]
    public static partial void Retrying(ILogger logger, int queue, int messages, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Chat of queue {Queue} goes on")]
    public static partial void GoesOn(ILogger logger, int queue);

    [LoggerMessage(Level = LogLevel.Error, Message = "Chat message {Id} failed and is dropped")]
    public static partial void ChatFailed(ILogger logger, Exception fault, string id);
}
