using System.Globalization;
using System.Net.Sockets;
using System.Net;

namespace Microservices.Client.Endpoints;

/// <summary>Where a gateway listens, with or without TLS: the options of the client say which.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">1 to 65,535.</param>
public sealed record Endpoint(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>, <c>[v6]:port</c>.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static Endpoint Parse(string text) =>
        TryParse(text) ?? throw new FormatException($"'{text}' is not host:port.");

    /// <summary><c>host:port</c>; an IPv6 address stands in brackets.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsIPv6 ? $"[{Host}]" : Host)}:{Port}");

    internal static Endpoint? TryParse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? TryCreate(text[..colon].Trim('[', ']'), port)
            : null;
    }

    internal static Endpoint? TryCreate(string? host, int port) =>
        string.IsNullOrWhiteSpace(host) || port is < 1 or > ushort.MaxValue ? null : new Endpoint(host, port);

    private bool IsIPv6 => IPAddress.TryParse(Host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
}
