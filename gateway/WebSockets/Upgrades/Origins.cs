using System.Buffers;
using System.Text;

namespace Microservices.Gateway.WebSockets.Upgrades;

/// <summary>
/// Which web pages may connect. A browser names the page's origin and cannot be made to lie about it; who names none is no browser. A page of the
/// gateway's own host may always.
/// </summary>
internal sealed class Origins
{
    private const string Any = "*";
    private const string WildcardHost = "*.";
    private const string SchemeEnd = "://";

    private static readonly SearchValues<byte> HostBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."u8);

    private readonly bool _any;
    private readonly string[] _exact;
    private readonly (string Scheme, string Suffix)[] _wildcards;

    public Origins(IEnumerable<string> allowed)
    {
        var entries = allowed.ToArray();
        _any = entries.Contains(Any);
        _exact = [.. entries.Where(static entry => !entry.Contains('*', StringComparison.Ordinal))];
        _wildcards =
        [
            .. entries.Where(static entry => entry.Contains(SchemeEnd + WildcardHost, StringComparison.Ordinal))
                .Select(static entry => entry.Split(SchemeEnd + "*"))
                .Select(static parts => (parts[0] + SchemeEnd, parts[1])),
        ];
    }

    /// <summary>Whether an entry of the list is one: <c>https://app.example.com</c>, <c>https://*.example.com</c>, both with or without a port, <c>null</c> or <c>*</c>.</summary>
    public static bool IsEntry(string entry) =>
        entry is Any or "null"
        || (Uri.TryCreate(entry.Replace(SchemeEnd + WildcardHost, SchemeEnd, StringComparison.Ordinal), UriKind.Absolute, out var uri)
            && !entry.Replace(SchemeEnd + WildcardHost, SchemeEnd, StringComparison.Ordinal).Contains('*', StringComparison.Ordinal)
            && entry.Contains(SchemeEnd, StringComparison.Ordinal)
            && uri is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "", Host.Length: > 0 }
            && !entry.EndsWith('/'));

    /// <summary>Whether a page of <paramref name="origin"/> may connect to <paramref name="host"/>.</summary>
    /// <param name="origin">The field Origin.</param>
    /// <param name="host">The field Host, with its port.</param>
    public bool Allow(ReadOnlySpan<byte> origin, ReadOnlySpan<byte> host)
    {
        if (_any || IsSameHost(origin, host))
        {
            return true;
        }

        foreach (var exact in _exact)
        {
            if (Ascii.EqualsIgnoreCase(origin, exact))
            {
                return true;
            }
        }

        foreach (var (scheme, suffix) in _wildcards)
        {
            // What stands for the star is one or more names, and nothing that a parser could take for the end of the host.
            if (origin.Length > scheme.Length + suffix.Length
                && Ascii.EqualsIgnoreCase(origin[..scheme.Length], scheme)
                && Ascii.EqualsIgnoreCase(origin[^suffix.Length..], suffix)
                && !origin[scheme.Length..^suffix.Length].ContainsAnyExcept(HostBytes))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSameHost(ReadOnlySpan<byte> origin, ReadOnlySpan<byte> host)
    {
        var at = origin.IndexOf("://"u8);
        return at > 0 && Ascii.EqualsIgnoreCase(origin[(at + SchemeEnd.Length)..], host);
    }
}
