using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Microservices.Gateway.WebSockets.Upgrades;

/// <summary>
/// The one HTTP request that a WebSocket begins with, read strictly: what two readers could understand in two ways is refused. Nothing that
/// the client sent is repeated in an answer, and no field says who the client is.
/// </summary>
internal ref struct UpgradeRequest
{
    private const string Path = "/ws";
    private const int KeyLength = 24;
    private const int NonceBytes = 16;

    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    // A field's value: visible characters, blanks, and bytes beyond ASCII, which are opaque.
    private static readonly SearchValues<byte> NotInValues = SearchValues.Create([.. Enumerable.Range(0, ' ').Where(static c => c != '\t').Select(static c => (byte)c), 0x7F]);

    private ReadOnlySpan<byte> _host;
    private ReadOnlySpan<byte> _origin;
    private ReadOnlySpan<byte> _version;
    private ReadOnlySpan<byte> _key;
    private bool _upgradesToWebSocket;
    private bool _connectionUpgrades;
    private Fields _seen;

    [Flags]
    private enum Fields : byte
    {
        None = 0,
        Host = 1,
        Origin = 2,
        Version = 4,
        Key = 8,
    }

    /// <summary>Judges a request.</summary>
    /// <param name="head">From the first byte to the empty line, without that.</param>
    /// <param name="maxFields">The most fields.</param>
    /// <param name="origins">Which pages may connect.</param>
    /// <param name="key">The client's key, for the answer; part of <paramref name="head"/>.</param>
    public static UpgradeOutcome Judge(ReadOnlySpan<byte> head, int maxFields, Origins origins, out ReadOnlySpan<byte> key)
    {
        key = default;
        var request = default(UpgradeRequest);
        var lineEnd = head.IndexOf("\r\n"u8);
        var outcome = JudgeLine(lineEnd < 0 ? head : head[..lineEnd]);
        if (outcome == UpgradeOutcome.Accepted)
        {
            outcome = request.ReadFields(lineEnd < 0 ? default : head[(lineEnd + 2)..], maxFields);
        }

        if (outcome == UpgradeOutcome.Accepted)
        {
            outcome = request.JudgeFields(origins);
        }

        key = request._key;
        return outcome;
    }

    private static UpgradeOutcome JudgeLine(ReadOnlySpan<byte> line)
    {
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1 || line[..first].ContainsAnyExcept(TokenBytes))
        {
            return UpgradeOutcome.Malformed;
        }

        var target = line[(first + 1)..last];
        var version = line[(last + 1)..];
        if (!version.StartsWith("HTTP/"u8) || target.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return UpgradeOutcome.Malformed;
        }

        if (!version.SequenceEqual("HTTP/1.1"u8))
        {
            return UpgradeOutcome.OtherHttp;
        }

        var query = target.IndexOf((byte)'?');
        if (!Ascii.Equals(query < 0 ? target : target[..query], Path))
        {
            return UpgradeOutcome.OtherPath;
        }

        return line[..first].SequenceEqual("GET"u8) ? UpgradeOutcome.Accepted : UpgradeOutcome.OtherMethod;
    }

    private UpgradeOutcome ReadFields(ReadOnlySpan<byte> rest, int maxFields)
    {
        for (var count = 1; !rest.IsEmpty; count++)
        {
            if (count > maxFields)
            {
                return UpgradeOutcome.TooManyFields;
            }

            var end = rest.IndexOf("\r\n"u8);
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 2)..];

            // A blank before the colon, a line that continues the one before it and single line ends are how requests are smuggled.
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes) || line[colon..].ContainsAny(NotInValues)
                || !TryTake(line[..colon], line[(colon + 1)..].Trim(" \t"u8)))
            {
                return UpgradeOutcome.Malformed;
            }
        }

        return UpgradeOutcome.Accepted;
    }

    /// <returns>False: it may stand there once only, or not at all.</returns>
    private bool TryTake(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(name, "host"u8))
        {
            _host = value;
            return IsFirst(Fields.Host);
        }

        if (Ascii.EqualsIgnoreCase(name, "origin"u8))
        {
            _origin = value;
            return IsFirst(Fields.Origin);
        }

        if (Ascii.EqualsIgnoreCase(name, "sec-websocket-version"u8))
        {
            _version = value;
            return IsFirst(Fields.Version);
        }

        if (Ascii.EqualsIgnoreCase(name, "sec-websocket-key"u8))
        {
            _key = value;
            return IsFirst(Fields.Key);
        }

        if (Ascii.EqualsIgnoreCase(name, "upgrade"u8))
        {
            _upgradesToWebSocket |= HasToken(value, "websocket"u8);
            return true;
        }

        if (Ascii.EqualsIgnoreCase(name, "connection"u8))
        {
            _connectionUpgrades |= HasToken(value, "upgrade"u8);
            return true;
        }

        // What follows the request is the WebSocket: a body would be taken for it.
        return !Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8)
            && (!Ascii.EqualsIgnoreCase(name, "content-length"u8) || value.SequenceEqual("0"u8));
    }

    private bool IsFirst(Fields field)
    {
        var isFirst = (_seen & field) == 0;
        _seen |= field;
        return isFirst;
    }

    private readonly UpgradeOutcome JudgeFields(Origins origins)
    {
        if (_host.IsEmpty)
        {
            return UpgradeOutcome.Malformed;
        }

        if (!_upgradesToWebSocket || !_connectionUpgrades)
        {
            return UpgradeOutcome.NoUpgrade;
        }

        if (!_version.SequenceEqual("13"u8))
        {
            return UpgradeOutcome.OtherVersion;
        }

        if (_key.Length != KeyLength || !Base64.IsValid(_key, out var bytes) || bytes != NonceBytes)
        {
            return UpgradeOutcome.Malformed;
        }

        return (_seen & Fields.Origin) == 0 || origins.Allow(_origin, _host) ? UpgradeOutcome.Accepted : UpgradeOutcome.OriginDenied;
    }

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var range in list.Split((byte)','))
        {
            if (Ascii.EqualsIgnoreCase(list[range].Trim(" \t"u8), token))
            {
                return true;
            }
        }

        return false;
    }
}
