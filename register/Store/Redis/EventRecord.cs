using System.Globalization;
using Microservices.Contracts.Bus;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// An event as scripts write it, one value a line: version 1, kind (number of <see cref="PresenceEvent.Types.Kind"/>), the change before it, epoch
/// (decimal), incarnation (hexadecimal), time (ms), code, last seen (ms), member (<see cref="SessionMember"/>), device as named, client version,
/// remote address, sdk. Its own change is its score. Readers skip lines that they don't know.
/// </summary>
internal static class EventRecord
{
    private const int Lines = 13;

    /// <summary>Null: not an event of ours.</summary>
    public static PresenceEvent? Read(int partition, string record, ulong change)
    {
        var lines = record.Split('\n');
        if (lines.Length < Lines
            || !int.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var kind)
            || !ulong.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var previous)
            || !ulong.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !ulong.TryParse(lines[4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var incarnation)
            || !long.TryParse(lines[5], NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || !uint.TryParse(lines[6], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            || !long.TryParse(lines[7], NumberStyles.None, CultureInfo.InvariantCulture, out var lastSeen)
            || SessionMember.Parse(lines[8]) is not var (app, user, field)
            || !uint.TryParse(lines[10], NumberStyles.None, CultureInfo.InvariantCulture, out var clientVersion))
        {
            return null;
        }

        return new PresenceEvent
        {
            Kind = (PresenceEvent.Types.Kind)kind,
            App = app,
            User = user,
            Device = SessionMember.ReaderOf(field),
            Epoch = epoch,
            Change = change,
            Previous = previous,
            Partition = (uint)partition,
            Code = code,
            Incarnation = incarnation,
            AtUnixMs = at,
            NamedDevice = lines[9],
            RemoteAddress = lines[11],
            ClientVersion = clientVersion,
            Sdk = lines[12],
            LastSeenUnixMs = lastSeen,
        };
    }
}
