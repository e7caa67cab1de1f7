using Grpc.Core;

namespace Microservices.Gateway.Sessions;

internal static partial class Log
{
    [LoggerMessage(Message = "{Logins} logins wait for register: {Status} {Detail}")]
    public static partial void LoginsWait(ILogger logger, LogLevel level, int logins, StatusCode status, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "Claiming {Logins} logins failed")]
    public static partial void LoginsFailed(ILogger logger, Exception fault, int logins);

    [LoggerMessage(Level = LogLevel.Error, Message = "Telling register of {Ends} ended sessions failed; they end with the lease of the room")]
    public static partial void EndsFailed(ILogger logger, Exception fault, int ends);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking for lost sessions failed; the next lost login looks again")]
    public static partial void LookFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Ends} ends of sessions wait for register: {Status}")]
    public static partial void EndsWait(ILogger logger, int ends, StatusCode status);

    [LoggerMessage(Level = LogLevel.Error, Message = "Register refuses {Ends} ends of sessions for good; its sweeper will find the sessions")]
    public static partial void EndsRefused(ILogger logger, Exception fault, int ends);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Reports} states of sessions wait for register: {Status}")]
    public static partial void ReportsWait(ILogger logger, int reports, StatusCode status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This register does not know states of sessions: none are told until one does; sessions that are away look alive there")]
    public static partial void ReportsUnknown(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Telling register of the states of {Reports} sessions failed; they are told at their next change")]
    public static partial void ReportsFailed(ILogger logger, Exception fault, int reports);

    [LoggerMessage(Level = LogLevel.Error, Message = "Settling a login failed; its connection is closed")]
    public static partial void SettleFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "Register answered a claim with {Outcome}, which this build does not know")]
    public static partial void UnknownOutcome(ILogger logger, int outcome);

    [LoggerMessage(Level = LogLevel.Information, Message = "Looking for sessions that register holds for this room and the room does not have")]
    public static partial void LookingForLost(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Ended {Lost} of {Listed} sessions that register held for this room and the room did not have")]
    public static partial void LostEnded(ILogger logger, int lost, int listed);
}
