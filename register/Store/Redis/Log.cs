namespace Microservices.Register.Store.Redis;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The record {Name} of {Key} is unreadable and left out")]
    public static partial void RecordUnreadable(ILogger logger, string key, string name);
}
