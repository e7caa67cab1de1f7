using System.Globalization;
using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// What scripts keep of an ended session, one value a line: version 1, lowest epoch that may come back, its epoch (0 = nothing is known but the
/// floor), when it ended (ms), last seen (ms), code, device as named, remote address. Readers skip lines that they don't know.
/// </summary>
internal static class EndedRecord
{
    private const int Lines = 8;

    /// <summary>Null: it tells of no session.</summary>
    public static LastSession? Read(string record)
    {
        var lines = record.Split('\n');
        return lines.Length < Lines
            || !ulong.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || epoch == 0
            || !long.TryParse(lines[4], NumberStyles.None, CultureInfo.InvariantCulture, out var lastSeen)
            || !uint.TryParse(lines[5], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? null
            : new LastSession { Device = lines[6], RemoteAddress = lines[7], LastSeenUnixMs = lastSeen, Code = code, Epoch = epoch };
    }
}
