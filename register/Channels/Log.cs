namespace Microservices.Register.Channels;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The entry at epoch {Epoch}, seq {Seq} of a channel can't be read; it is left out")]
    public static partial void EntryUnreadable(ILogger logger, Exception fault, ulong epoch, ulong seq);
}
