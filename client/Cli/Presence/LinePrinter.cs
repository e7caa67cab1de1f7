using Microservices.Cli.Output;
using Microservices.Contracts.Center;
using Spectre.Console;

namespace Microservices.Cli.Presence;

internal sealed class LinePrinter(IAnsiConsole console) : IWatchPrinter
{
    public void Read(ReadNow.Types.Why why, int sessions, bool isComplete)
    {
        var reason = why switch
        {
            ReadNow.Types.Why.FellBehind => "too much came at once, read again: ",
            ReadNow.Types.Why.Lost => "something may have been missed, read again: ",
            _ => "",
        };
        var doubt = isComplete ? "" : "; not complete, gateways are still telling which sessions they hold";
        console.Line($"* {reason}{Units.Count(sessions)} {(sessions == 1 ? "session" : "sessions")} online{doubt}");
    }

    public void Change(PresenceChange change)
    {
        var at = change.AtUnixMs == 0 ? "" : Units.Time(change.AtUnixMs) + " ";
        var device = change.Device.Length > 0 ? $" ({change.Device})" : "";
        console.Line($"{at}{Word(change.Kind),-7} {change.User}{device}{Details(change)}");
    }

    internal static string Word(PresenceChange.Types.Kind kind) => kind switch
    {
        PresenceChange.Types.Kind.Online => "online",
        PresenceChange.Types.Kind.Away => "away",
        PresenceChange.Types.Kind.Back => "back",
        PresenceChange.Types.Kind.Offline => "offline",
        _ => "changed",
    };

    private static string Details(PresenceChange change)
    {
        var where = string.Join(' ', new[]
        {
            change.Room.Length > 0 ? $" at {change.Room}" : "",
            change.Kind == PresenceChange.Types.Kind.Online && change.RemoteAddress.Length > 0 ? $"from {change.RemoteAddress}" : "",
        }.Where(static part => part.Length > 0));
        return change.Kind switch
        {
            PresenceChange.Types.Kind.Offline => $"{where}{(change.Code.Length > 0 ? $": {change.Code}" : "")}",
            PresenceChange.Types.Kind.Away when change.LastSeenUnixMs > 0 => $"{where}, last seen {Units.Time(change.LastSeenUnixMs)}",
            _ => where,
        };
    }
}
