using System.Buffers;
using Microservices.Protocol.Bodies;

namespace Microservices.Benchmarks.Micro;

/// <summary>What is measured with.</summary>
internal static class Samples
{
    /// <summary>The payload of all benchmarks.</summary>
    public const int PayloadBytes = 128;

    /// <summary>A push of QoS 0.</summary>
    public static PushDelivery Push() => new() { Id = "0192f0e2-5b6f-7cc4-8d3e-3d1a50d0c2aa", App = "default", Payload = Payload(), Type = "news" };

    /// <summary>Text, since chat and JSON carry it too.</summary>
    public static byte[] Payload() => [.. Enumerable.Range(0, PayloadBytes).Select(static i => (byte)('a' + (i % 26)))];

    /// <summary><paramref name="bytes"/> in two segments.</summary>
    public static ReadOnlySequence<byte> Split(byte[] bytes, int at)
    {
        var first = new Segment(bytes.AsMemory(0, at), 0);
        var last = first.Append(bytes.AsMemory(at));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> bytes, long index)
        {
            Memory = bytes;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> bytes)
        {
            var next = new Segment(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
