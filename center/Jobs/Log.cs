using Grpc.Core;

namespace Microservices.Center.Jobs;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Kind} {Id} is taken, fence {Fence}")]
    public static partial void Taken(ILogger logger, string kind, string id, ulong fence);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Kind} {Id} is out of this center's hands: {Outcome}")]
    public static partial void Ended(ILogger logger, string kind, string id, string outcome);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Kind} {Id} failed")]
    public static partial void Failed(ILogger logger, Exception fault, string kind, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Jobs can't be taken from register: {Status}: {Detail}")]
    public static partial void CannotTake(ILogger logger, StatusCode status, string detail);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A job waits for register: {Status}: {Detail}")]
    public static partial void Waiting(ILogger logger, StatusCode status, string detail);
}
