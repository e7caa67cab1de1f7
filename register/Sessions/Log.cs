namespace Microservices.Register.Sessions;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} displaced sessions are not yet recorded for their rooms: {Why}")]
    public static partial void DisplacedNotRecorded(ILogger logger, int count, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The bus did not take a close notice for room {Incarnation:x16}; its lease renewals tell it")]
    public static partial void NoticeNotPublished(ILogger logger, ulong incarnation);

    [LoggerMessage(Level = LogLevel.Error, Message = "Close notices for room {Incarnation:x16} failed")]
    public static partial void NoticeFailed(ILogger logger, Exception fault, ulong incarnation);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} sessions of the dead room {Incarnation:x16} are swept")]
    public static partial void RoomSwept(ILogger logger, ulong incarnation, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} sessions of the dead room {Incarnation:x16} are swept; the rest follows when the store answers")]
    public static partial void RoomSweptInPart(ILogger logger, ulong incarnation, int count);
}
