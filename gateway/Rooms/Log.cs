using Grpc.Core;

namespace Microservices.Gateway.Rooms;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Lease granted: incarnation {Incarnation:x16}, {LeaseMs} ms")]
    public static partial void LeaseGranted(ILogger logger, ulong incarnation, uint leaseMs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of incarnation {Incarnation:x16} is dead; a new one is taken and {Sessions} sessions are claimed again")]
    public static partial void LeaseDied(ILogger logger, ulong incarnation, int sessions);

    [LoggerMessage(Level = LogLevel.Information, Message = "Lease of incarnation {Incarnation:x16} released")]
    public static partial void LeaseReleased(ILogger logger, ulong incarnation);

    [LoggerMessage(Level = LogLevel.Error, Message = "Keeping the lease failed; it is tried again")]
    public static partial void LeaseFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "The queue of incarnation {Incarnation:x16} is consumed")]
    public static partial void QueueConsumed(ILogger logger, ulong incarnation);

    [LoggerMessage(Level = LogLevel.Error, Message = "Consuming the room's queue failed; it is tried again")]
    public static partial void QueueFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Register has not answered for a lease time and does not answer now: {Sessions} sessions go on")]
    public static partial void Detached(ILogger logger, int sessions);

    [LoggerMessage(Level = LogLevel.Information, Message = "All sessions are claimed for refill {Refill} of the store")]
    public static partial void Refilled(ILogger logger, ulong refill);

    [LoggerMessage(Level = LogLevel.Error, Message = "Claiming sessions again failed; it is tried again")]
    public static partial void ReclaimFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Claiming {Sessions} sessions again")]
    public static partial void Reclaiming(ILogger logger, int sessions);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Sessions} sessions to be claimed again wait for register: {Status}")]
    public static partial void ReclaimWaits(ILogger logger, int sessions, StatusCode status);
}
