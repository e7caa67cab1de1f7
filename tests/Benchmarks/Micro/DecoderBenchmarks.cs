using System.Buffers;
using BenchmarkDotNet.Attributes;
using Microservices.Protocol;

namespace Microservices.Benchmarks.Micro;

/// <summary>Frames out of what was read.</summary>
public class DecoderBenchmarks
{
    private const int Glued = 10;

    private ReadOnlySequence<byte> _heartbeat;
    private ReadOnlySequence<byte> _glued;
    private ReadOnlySequence<byte> _split;

    /// <summary>The bytes.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var heartbeat = FrameWriter.ToArray(ProtocolVersion.Current, Command.Heartbeat);
        var push = FrameWriter.ToArray(ProtocolVersion.Current, Command.Push, Samples.Push());
        _heartbeat = new ReadOnlySequence<byte>(heartbeat);
        _glued = new ReadOnlySequence<byte>([.. Enumerable.Repeat(push, Glued).SelectMany(static frame => frame)]);
        _split = Samples.Split(push, 5);
    }

    /// <summary>A heartbeat alone in a read.</summary>
    [Benchmark]
    public bool OneHeartbeat() => Next(_heartbeat);

    /// <summary>Each of ten pushes in one read.</summary>
    [Benchmark(OperationsPerInvoke = Glued)]
    public int GluedPushes()
    {
        var rest = _glued;
        var frames = 0;
        while (FrameDecoder.TryRead(ref rest, Frame.DefaultMaxBytes, out _, out _))
        {
            frames++;
        }

        return frames;
    }

    /// <summary>A push whose header came in two reads.</summary>
    [Benchmark]
    public bool SplitHeader() => Next(_split);

    private static bool Next(ReadOnlySequence<byte> rest) => FrameDecoder.TryRead(ref rest, Frame.DefaultMaxBytes, out _, out _);
}
