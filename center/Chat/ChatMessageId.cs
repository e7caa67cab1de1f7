using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microservices.Contracts;
using Microservices.Contracts.Bus;

namespace Microservices.Center.Chat;

/// <summary>
/// Names what a chat message causes, in the form of <see cref="MessageId"/>. The name comes from the message's key, so that a message that
/// is handled again, by whichever center, gets the same one and gateways drop what they had: a UUID of version 7 with the time of reception
/// and, in place of random bits, a hash of the key.
/// </summary>
internal static class ChatMessageId
{
    /// <summary>The delivery to recipients.</summary>
    public static string OfDelivery(UplinkMessage message) => Of(message, 0);

    /// <summary>The notice to the sender: another name, since the sender's room may hold a recipient too.</summary>
    public static string OfNotice(UplinkMessage message) => Of(message, 1);

    private static string Of(UplinkMessage message, byte purpose)
    {
        var key = UplinkKey.Of(message);
        Span<byte> input = stackalloc byte[25];
        BinaryPrimitives.WriteUInt64BigEndian(input, key.Incarnation);
        BinaryPrimitives.WriteUInt64BigEndian(input[8..], key.Session);
        BinaryPrimitives.WriteUInt64BigEndian(input[16..], key.Counter);
        input[24] = purpose;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);

        var uuid = hash[..16];
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, message.ReceivedUnixMs);
        time[2..].CopyTo(uuid);
        uuid[6] = (byte)(0x70 | (uuid[6] & 0x0F)); // version 7
        uuid[8] = (byte)(0x80 | (uuid[8] & 0x3F)); // variant of RFC 9562
        var partition = Partition.Of(message.App, message.User);
        return string.Create(CultureInfo.InvariantCulture, $"{partition:D4}-{new Guid(uuid, bigEndian: true):D}");
    }
}
