using System.Buffers;
using System.Buffers.Binary;
using Microservices.Gateway.WebSockets.Frames;

namespace Microservices.Gateway.Tests.WebSockets;

/// <summary>Frames as a client sends them, right or wrong.</summary>
internal static class ClientFrames
{
    private static readonly byte[] Key = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Of(Opcode opcode, ReadOnlySpan<byte> payload, bool isFinal = true, byte[]? key = null)
    {
        var mask = key ?? Key;
        byte[] length = payload.Length switch
        {
            <= 125 => [(byte)payload.Length],
            <= ushort.MaxValue => [126, .. BigEndian((ushort)payload.Length)],
            _ => [127, .. BigEndian((ulong)payload.Length)],
        };
        length[0] |= 0x80;
        return [(byte)((isFinal ? 0x80 : 0) | (byte)opcode), .. length, .. mask, .. Masked(payload, mask)];
    }

    public static byte[] Text(string text) => Of(Opcode.Text, System.Text.Encoding.UTF8.GetBytes(text));

    public static byte[] Masked(ReadOnlySpan<byte> payload, byte[] key)
    {
        var masked = payload.ToArray();
        for (var i = 0; i < masked.Length; i++)
        {
            masked[i] ^= key[i % key.Length];
        }

        return masked;
    }

    /// <summary>A sequence with a segment for each part.</summary>
    public static ReadOnlySequence<byte> Segmented(params byte[][] parts)
    {
        var first = new Segment(parts[0], 0);
        var last = parts.Skip(1).Aggregate(first, static (last, part) => last.Append(part));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static byte[] BigEndian(ushort value)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(ulong value)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long index)
        {
            Memory = bytes;
            RunningIndex = index;
        }

        public Segment Append(byte[] bytes)
        {
            var next = new Segment(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
