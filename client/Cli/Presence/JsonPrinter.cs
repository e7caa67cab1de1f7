using System.Text.Json;
using Microservices.Contracts.Center;
using Spectre.Console;

namespace Microservices.Cli.Presence;

internal sealed class JsonPrinter(IAnsiConsole console) : IWatchPrinter
{
    public void Read(ReadNow.Types.Why why, int sessions, bool isComplete) => Write(new
    {
        kind = "read",
        why = why switch
        {
            ReadNow.Types.Why.FellBehind => "fell_behind",
            ReadNow.Types.Why.Lost => "lost",
            _ => "started",
        },
        sessions,
        complete = isComplete,
    });

    public void Change(PresenceChange change) => Write(new
    {
        kind = LinePrinter.Word(change.Kind),
        user = change.User,
        device = change.Device,
        epoch = change.Epoch,
        change = change.Change,
        code = change.Code,
        room = change.Room,
        remote_address = change.RemoteAddress,
        at_unix_ms = change.AtUnixMs,
        last_seen_unix_ms = change.LastSeenUnixMs,
        sdk = change.Sdk,
        client_version = change.ClientVersion,
    });

    // Past the console: JSON is not folded to its width, and escapes what could control it.
    private void Write<T>(T line)
    {
        console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(line));
        console.Profile.Out.Writer.Flush();
    }
}
