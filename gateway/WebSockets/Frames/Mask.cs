using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Microservices.Gateway.WebSockets.Frames;

/// <summary>A client masks what it sends, so that no proxy takes it for HTTP: each byte is combined with one of four, in turn.</summary>
internal static class Mask
{
    /// <summary>Copies <paramref name="source"/> unmasked.</summary>
    /// <param name="source">Masked bytes, from the beginning of a payload.</param>
    /// <param name="destination">At least as long.</param>
    /// <param name="key">The four bytes as they lie in memory.</param>
    public static void Remove(in ReadOnlySequence<byte> source, Span<byte> destination, uint key)
    {
        if (source.IsSingleSegment)
        {
            Remove(source.FirstSpan, destination, key);
            return;
        }

        foreach (var part in source)
        {
            Remove(part.Span, destination, key);
            destination = destination[part.Length..];
            key = Turn(key, part.Length);
        }
    }

    private static void Remove(ReadOnlySpan<byte> source, Span<byte> destination, uint key)
    {
        var keys = new Vector<uint>(key).As<uint, byte>();
        var done = 0;
        for (; done <= source.Length - Vector<byte>.Count; done += Vector<byte>.Count)
        {
            (new Vector<byte>(source[done..]) ^ keys).CopyTo(destination[done..]);
        }

        // A vector holds whole keys, so the rest begins with the first byte of one.
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in key));
        for (var i = done; i < source.Length; i++)
        {
            destination[i] = (byte)(source[i] ^ bytes[i & 3]);
        }
    }

    /// <summary>The key for what follows <paramref name="bytes"/> bytes.</summary>
    private static uint Turn(uint key, int bytes)
    {
        var bits = 8 * (bytes & 3);
        return BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, bits) : BitOperations.RotateLeft(key, bits);
    }
}
