namespace Microservices.Cli.Load.Gateway;

/// <summary>Reads the position of a message out of its protobuf body, and nothing else: nothing is allocated for it.</summary>
internal static class KeptFields
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    /// <param name="body">The body.</param>
    /// <param name="first">The number of the field <c>channel</c>; <c>epoch</c> and <c>seq</c> follow it.</param>
    /// <param name="channel">The channel's name.</param>
    /// <param name="position">Where the message stands.</param>
    /// <returns>False: it has no position, or cannot be read.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, int first, out ReadOnlySpan<byte> channel, out GatewayPosition position)
    {
        channel = default;
        position = new GatewayPosition { IsNew = true };
        while (!body.IsEmpty)
        {
            if (!TryReadVarint(ref body, out var tag))
            {
                return false;
            }

            var field = (int)(tag >> 3);
            ulong value = 0;
            ReadOnlySpan<byte> bytes = default;
            var isRead = (tag & 7) switch
            {
                Varint => TryReadVarint(ref body, out value),
                Fixed64 => TrySkip(ref body, sizeof(ulong), out bytes),
                Fixed32 => TrySkip(ref body, sizeof(uint), out bytes),
                Bytes => TryReadVarint(ref body, out var length) && TrySkip(ref body, length, out bytes),
                _ => false,
            };
            if (!isRead)
            {
                return false;
            }

            if (field == first)
            {
                channel = bytes;
            }
            else if (field == first + 1)
            {
                position.Epoch = value;
            }
            else if (field == first + 2)
            {
                position.Seq = value;
            }
        }

        return !channel.IsEmpty;
    }

    private static bool TrySkip(scoped ref ReadOnlySpan<byte> body, ulong count, out ReadOnlySpan<byte> skipped)
    {
        skipped = default;
        if (count > (ulong)body.Length)
        {
            return false;
        }

        skipped = body[..(int)count];
        body = body[(int)count..];
        return true;
    }

    private static bool TryReadVarint(scoped ref ReadOnlySpan<byte> body, out ulong value)
    {
        value = 0;
        for (var i = 0; i < body.Length && i < 10; i++)
        {
            value |= (ulong)(body[i] & 0x7f) << (7 * i);
            if (body[i] < 0x80)
            {
                body = body[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
