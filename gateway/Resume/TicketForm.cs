using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microservices.Gateway.Tokens;

namespace Microservices.Gateway.Resume;

/// <summary>
/// The bytes of a ticket, which only gateways read: version (1 byte), key id (4), issued at (8, Unix ms), epoch (8), then app, user and
/// device, each behind its length (1), then, in version 2, issue and expiry of the session's signed token (8 and 8, Unix ms), then HMAC-SHA256 over all of
/// it (32). Numbers are big-endian. A session without a signed token has a ticket of version 1, which gateways of before version 2 read too.
/// </summary>
internal static class TicketForm
{
    public const int MaxBytes = FixedBytes + 3 + MaxAppBytes + (2 * MaxNameBytes) + TokenBytes + SignatureBytes;
    public const int SignatureBytes = HMACSHA256.HashSizeInBytes;
    private const int MaxAppBytes = 32;
    private const int MaxNameBytes = 128;
    private const byte Version = 1;
    private const byte TokenVersion = 2;
    private const int TokenBytes = 16;
    private const int KeyAt = 1;
    private const int IssuedAt = 5;
    private const int EpochAt = 13;
    private const int FixedBytes = 21;

    /// <summary>Writes a signed ticket.</summary>
    /// <returns>How many bytes; 0: a name is too long for one.</returns>
    public static int Write(Span<byte> bytes, TicketKey key, ResumeTicket ticket, long issuedMs)
    {
        bytes[0] = ticket.Token is null ? Version : TokenVersion;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[KeyAt..], key.Id);
        BinaryPrimitives.WriteInt64BigEndian(bytes[IssuedAt..], issuedMs);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[EpochAt..], ticket.Epoch);
        var length = FixedBytes;
        if (!TryWriteName(bytes, ref length, ticket.App, MaxAppBytes) || !TryWriteName(bytes, ref length, ticket.User, MaxNameBytes)
            || !TryWriteName(bytes, ref length, ticket.Device, MaxNameBytes))
        {
            return 0;
        }

        if (ticket.Token is { } token)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes[length..], token.IssuedMs);
            BinaryPrimitives.WriteInt64BigEndian(bytes[(length + 8)..], token.ExpiresMs);
            length += TokenBytes;
        }

        return length + HMACSHA256.HashData(key.Secret, bytes[..length], bytes[length..]);
    }

    /// <summary>The id of the key that the bytes say they are signed with.</summary>
    /// <returns>False: they are no ticket.</returns>
    public static bool TryReadKey(ReadOnlySpan<byte> bytes, out uint key)
    {
        var isTicket = bytes.Length >= FixedBytes + 3 + SignatureBytes && bytes[0] is (Version or TokenVersion);
        key = isTicket ? BinaryPrimitives.ReadUInt32BigEndian(bytes[KeyAt..]) : 0;
        return isTicket;
    }

    /// <summary>Whether the signature is the key's; takes the same time wherever it differs.</summary>
    public static bool IsSigned(ReadOnlySpan<byte> bytes, TicketKey key)
    {
        Span<byte> expected = stackalloc byte[SignatureBytes];
        HMACSHA256.HashData(key.Secret, bytes[..^SignatureBytes], expected);
        return CryptographicOperations.FixedTimeEquals(expected, bytes[^SignatureBytes..]);
    }

    /// <summary>Reads what a signed ticket says; null: not even its signer can have meant it.</summary>
    public static ResumeTicket? Read(ReadOnlySpan<byte> bytes, out long issuedMs)
    {
        issuedMs = BinaryPrimitives.ReadInt64BigEndian(bytes[IssuedAt..]);
        var epoch = BinaryPrimitives.ReadUInt64BigEndian(bytes[EpochAt..]);
        var names = bytes[FixedBytes..^SignatureBytes];
        if (!TryReadName(ref names, out var app) || !TryReadName(ref names, out var user) || !TryReadName(ref names, out var device)
            || names.Length != (bytes[0] == TokenVersion ? TokenBytes : 0))
        {
            return null;
        }

        var token = names.IsEmpty ? null : new TokenTimes(BinaryPrimitives.ReadInt64BigEndian(names), BinaryPrimitives.ReadInt64BigEndian(names[8..]));
        return new ResumeTicket(app, user, device, epoch, token);
    }

    private static bool TryWriteName(Span<byte> bytes, ref int length, string name, int maxBytes)
    {
        if (!Encoding.UTF8.TryGetBytes(name, bytes.Slice(length + 1, maxBytes), out var written))
        {
            return false;
        }

        bytes[length] = (byte)written;
        length += 1 + written;
        return true;
    }

    private static bool TryReadName(ref ReadOnlySpan<byte> names, out string name)
    {
        name = "";
        if (names.IsEmpty || names.Length <= names[0])
        {
            return false;
        }

        name = Encoding.UTF8.GetString(names.Slice(1, names[0]));
        names = names[(1 + names[0])..];
        return true;
    }
}
