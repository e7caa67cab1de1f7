using System.Globalization;
using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// A session as text, one value a line: version 1, epoch (decimal), incarnation, session (hexadecimal), device as named, client version,
/// chat client (0 or 1), remote address, sdk. Scripts read the first five, so these stay in every version; readers skip lines that they don't know.
/// </summary>
internal static class SessionRecord
{
    private const int Lines = 9;

    /// <summary>The lines that the claim script does not write itself.</summary>
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
            SinceUnixMs = (long)(epoch / 1000),
            NamedDevice = lines[4],
            Sdk = lines[8],
        };
    }
}
