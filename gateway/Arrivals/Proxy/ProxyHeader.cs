using System.Buffers;
using System.Buffers.Binary;
using System.Net;

namespace Microservices.Gateway.Arrivals.Proxy;

/// <summary>
/// The header of the PROXY protocol, version 2: signature (12 bytes), version and command, family and protocol, length of the rest (big-endian),
/// addresses, and extensions, which are skipped. Version 1, a line of text, is not taken.
/// </summary>
internal static class ProxyHeader
{
    /// <summary>The shortest limit that lets the addresses of every family in.</summary>
    public const int LeastBytes = FixedBytes + UnixBytes;

    private const int FixedBytes = 16;
    private const int IPv4Bytes = 12;
    private const int IPv6Bytes = 36;
    private const int UnixBytes = 216;
    private const int Version2 = 2;
    private const int Local = 0;
    private const int Proxied = 1;
    private const byte Unspecified = 0x00;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;
    private const byte UnixStream = 0x31;

    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads a header from what has come. It is judged as early as it can be.</summary>
    /// <param name="buffer">What has come from the peer's first byte on.</param>
    /// <param name="maxBytes">A longer header is malformed.</param>
    /// <param name="source">The client; null where the header names none.</param>
    /// <param name="length">Bytes of the whole header.</param>
    /// <returns>True: a whole header. False: it is malformed. Null: more is to come.</returns>
    public static bool? TryRead(in ReadOnlySequence<byte> buffer, int maxBytes, out IPEndPoint? source, out int length)
    {
        source = null;
        length = 0;
        Span<byte> bytes = stackalloc byte[FixedBytes + IPv6Bytes];
        bytes = bytes[..(int)Math.Min(buffer.Length, bytes.Length)];
        buffer.Slice(0, bytes.Length).CopyTo(bytes);
        var signed = Math.Min(bytes.Length, Signature.Length);
        if (!bytes[..signed].SequenceEqual(Signature[..signed]))
        {
            return false;
        }

        if (bytes.Length < FixedBytes)
        {
            return null;
        }

        var (version, command, kind) = (bytes[12] >> 4, bytes[12] & 0xF, bytes[13]);
        var rest = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        length = FixedBytes + rest;
        if (version != Version2 || command > Proxied || length > maxBytes || (command == Proxied && rest < BytesOf(kind)))
        {
            return false;
        }

        if (buffer.Length < length)
        {
            return null;
        }

        source = command == Local ? null : SourceOf(kind, bytes[FixedBytes..]);
        return true;
    }

    /// <summary>How long addresses of a kind are; of what cannot come in by a TCP port, longer than anything.</summary>
    private static int BytesOf(byte kind) => kind switch
    {
        Unspecified => 0,
        TcpOverIPv4 => IPv4Bytes,
        TcpOverIPv6 => IPv6Bytes,
        UnixStream => UnixBytes,
        _ => int.MaxValue,
    };

    private static IPEndPoint? SourceOf(byte kind, ReadOnlySpan<byte> addresses) => kind switch
    {
        TcpOverIPv4 => new IPEndPoint(new IPAddress(addresses[..4]), BinaryPrimitives.ReadUInt16BigEndian(addresses[8..])),
        TcpOverIPv6 => new IPEndPoint(new IPAddress(addresses[..16]), BinaryPrimitives.ReadUInt16BigEndian(addresses[32..])),
        _ => null,
    };
}
