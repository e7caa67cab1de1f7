using System.Buffers;
using BenchmarkDotNet.Attributes;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Benchmarks.Micro;

/// <summary>Whole frames into memory that is used again: version 2 has protobuf bodies, 1100 JSON.</summary>
public class EncoderBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly PushDelivery _push = Samples.Push();

    /// <summary>The frame's version.</summary>
    [Params(2u, 1100u)]
    public uint Version { get; set; }

    /// <summary>Command 106, 128 bytes of payload.</summary>
    [Benchmark]
    public int Push()
    {
        _output.ResetWrittenCount();
        FrameWriter.Write(_output, Version, Command.Push, _push);
        return _output.WrittenCount;
    }

    /// <summary>Command 105.</summary>
    [Benchmark]
    public int HeartbeatAck()
    {
        _output.ResetWrittenCount();
        FrameWriter.Write(_output, Version, Command.HeartbeatAck, new HeartbeatAck { ServerTimeMs = 1_790_000_000_000, HeartbeatMs = 30_000 });
        return _output.WrittenCount;
    }
}
