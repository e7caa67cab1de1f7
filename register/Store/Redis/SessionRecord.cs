using System.Globalization;
using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// A session as text, one value a line: version 1, epoch (decimal), incarnation, session (hexadecimal), device as named, client version,
/// chat client (0 or 1), remote address, sdk, state (number), since when (ms), last seen (ms), latest change. Scripts read the lines by their
/// numbers, so these stay in every version. The last four are missing where an older register wrote; readers skip lines that they don't know.
/// </summary>
internal static class SessionRecord
{
    private const int Lines = 9;
    private const int State = 9;
    private const int StateSince = 10;
    private const int LastSeen = 11;
    private const int Change = 12;

    /// <summary>The lines of a claim that its script does not write itself, up to the state.</summary>
    public static string Tail(Session session) => string.Create(
        CultureInfo.InvariantCulture, $"{session.ClientVersion}\n{(session.ChatClient ? 1 : 0)}\n{session.RemoteAddress}\n{session.Sdk}");

    /// <summary>Null: not a record of ours.</summary>
    public static Session? Read(string app, string user, string field, string record)
    {
        var lines = record.Split('\n');
        if (lines.Length < Lines
            || !ulong.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !ulong.TryParse(lines[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var incarnation)
            || !ulong.TryParse(lines[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var session)
            || !uint.TryParse(lines[5], NumberStyles.None, CultureInfo.InvariantCulture, out var clientVersion))
        {
            return null;
        }

        var since = epoch / 1000;
        return new Session
        {
            App = app,
            User = user,
            Device = SessionMember.ReaderOf(field),
            Key = new SessionKey { Session = session, Epoch = epoch },
            Incarnation = incarnation,
            RemoteAddress = lines[7],
            ClientVersion = clientVersion,
            ChatClient = lines[6] == "1",
            SinceUnixMs = (long)since,
            NamedDevice = lines[4],
            Sdk = lines[8],
            State = (SessionState)NumberAt(lines, State, 0),
            StateSinceUnixMs = (long)NumberAt(lines, StateSince, since),
            LastSeenUnixMs = (long)NumberAt(lines, LastSeen, since),
            Change = NumberAt(lines, Change, 0),
        };
    }

    /// <summary>Fields and records in turn; what isn't a session (a revocation) is left out.</summary>
    public static List<Session> ReadAll(string app, string user, string[] flat)
    {
        List<Session> sessions = [];
        for (var i = 0; i < flat.Length; i += 2)
        {
            if (Read(app, user, flat[i], flat[i + 1]) is { } session)
            {
                sessions.Add(session);
            }
        }

        return sessions;
    }

    private static ulong NumberAt(string[] lines, int line, ulong otherwise) =>
        line < lines.Length && ulong.TryParse(lines[line], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
