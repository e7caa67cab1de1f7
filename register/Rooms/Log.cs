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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store may have lost sessions, its data is another: rooms claim them again (refill {Number})")]
    public static partial void RefillBegun(ILogger logger, ulong number);

    [LoggerMessage(Level = LogLevel.Information, Message = "All of {Rooms} live rooms have claimed their sessions again (refill {Number})")]
    public static partial void RefillDone(ILogger logger, int rooms, ulong number);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Room {Room}, incarnation {Incarnation:x16}, hasn't said within {Seconds} s that it claimed its sessions again (refill {Number}); it is taken to have")]
    public static partial void RefillUnconfirmed(ILogger logger, string room, ulong incarnation, ulong number, double seconds);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Two live rooms have the name {Room}: incarnation {One:x16} at {OneAddress} and incarnation {Other:x16} at {OtherAddress}; give each its own")]
    public static partial void SameName(ILogger logger, string room, ulong one, string oneAddress, ulong other, string otherAddress);
}
