namespace Microservices.Dispatcher.Rooms;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning,
        "{Kept} of {Before} rooms vanished at once; {Left} are left. The vanished ones are still named, behind the others, for a grace time.")]
    public static partial void RoomsKept(ILogger logger, int kept, int before, int left);

    [LoggerMessage(2, LogLevel.Warning, "Register at {Where} is away ({Why}); the last list of {Rooms} rooms stays in use.")]
    public static partial void RegisterAway(ILogger logger, string where, string why, int rooms);

    [LoggerMessage(3, LogLevel.Information, "Register sends its list of rooms again.")]
    public static partial void RegisterBack(ILogger logger);

    [LoggerMessage(4, LogLevel.Error, "A list of rooms could not be taken in.")]
    public static partial void WatchFailed(ILogger logger, Exception fault);
}
