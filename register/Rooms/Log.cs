namespace Microservices.Register.Rooms;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Room {Room} has a lease, incarnation {Incarnation:x16}")]
    public static partial void LeaseOpened(ILogger logger, string room, ulong incarnation);

    [LoggerMessage(Level = LogLevel.Information, Message = "Room {Room} goes on with its lease, incarnation {Incarnation:x16}")]
    public static partial void LeaseReopened(ILogger logger, string room, ulong incarnation);

    [LoggerMessage(Level = LogLevel.Information, Message = "Room {Room} released its lease, incarnation {Incarnation:x16}")]
    public static partial void LeaseReleased(ILogger logger, string room, ulong incarnation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Room {Room} asked for a dead lease, incarnation {Incarnation:x16}; it has to open a new one")]
    public static partial void LeaseDead(ILogger logger, string room, ulong incarnation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Room {Room} was silent on its lease stream for a lease time, incarnation {Incarnation:x16}")]
    public static partial void StreamSilent(ILogger logger, string room, ulong incarnation);
}
