namespace Microservices.Gateway.Connections;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Connection {Connection}: closed with {Reason}; {Detail}")]
    public static partial void Closed(ILogger logger, string connection, Protocol.Code reason, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "Connection {Connection}: a fault of ours ends it")]
    public static partial void Failed(ILogger logger, Exception fault, string connection);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connection {Connection}: session {Session} begins")]
    public static partial void LoggedIn(ILogger logger, string connection, ulong session);
}
