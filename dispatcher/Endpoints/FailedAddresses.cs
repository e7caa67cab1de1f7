using System.Buffers;
using System.Globalization;
using Microservices.Dispatcher.Selection;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>The list of addresses that a client could not use: <c>host:port,host:port</c>; an IPv6 host in brackets.</summary>
internal static class FailedAddresses
{
    private const string Field = "failed";
    private const int MaxHostLength = 253;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.%");

    /// <summary>Null when the list is well-formed; empty entries are passed over.</summary>
    public static QueryFault? Parse(ReadOnlyMemory<char> list, out FailedAddress[] failed)
    {
        failed = [];
        if (list.IsEmpty)
        {
            return null;
        }

        var entries = list.Span.Count(',') + 1;
        if (entries > EndpointsQuery.MaxFailed)
        {
            return QueryFault.Of(Field, $"failed has {entries} entries; the limit is {EndpointsQuery.MaxFailed}", list.Span);
        }

        var found = new FailedAddress[entries];
        var count = 0;
        foreach (var range in list.Span.Split(','))
        {
            var entry = list[range];
            if (entry.IsEmpty)
            {
                continue;
            }

            if (!TryParse(entry, out found[count++]))
            {
                return QueryFault.Of(Field, $"failed has an entry that is not host:port with a host of at most {MaxHostLength} characters and a port of 1 to 65535", entry.Span);
            }
        }

        failed = found[..count];
        return null;
    }

    private static bool TryParse(ReadOnlyMemory<char> entry, out FailedAddress address)
    {
        address = default;
        var colon = entry.Span.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(entry.Span[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            return false;
        }

        var host = entry[..colon];
        var allowed = NameCharacters;
        if (host.Span[0] == '[' && host.Span[^1] == ']')
        {
            host = host[1..^1];
            allowed = IPv6Characters;
        }

        address = new FailedAddress(host, port);
        return host.Length is > 0 and <= MaxHostLength && !host.Span.ContainsAnyExcept(allowed);
    }
}
