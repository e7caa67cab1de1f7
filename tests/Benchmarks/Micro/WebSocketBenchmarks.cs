using System.Buffers;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Microservices.Gateway.WebSockets;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;

namespace Microservices.Benchmarks.Micro;

/// <summary>Messages of a WebSocket, from the client and to it.</summary>
public class WebSocketBenchmarks
{
    private const uint Key = 0x3D21FA37;

    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly MessageReader _reader = new(64 * 1024, 16);
    private readonly byte[] _unmasked = new byte[4096];
    private ReadOnlySequence<byte> _short;
    private ReadOnlySequence<byte> _long;
    private ReadOnlySequence<byte> _message;
    private byte[] _push = [];
    private byte[] _pushInJson = [];

    /// <summary>The bytes.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _push = FrameWriter.ToArray(ProtocolVersion.Current, Command.Push, Samples.Push());
        _pushInJson = FrameWriter.ToArray(TextEnvelope.Version, Command.Push, Samples.Push());
        _short = new ReadOnlySequence<byte>(RandomNumberGenerator.GetBytes(Samples.PayloadBytes));
        _long = new ReadOnlySequence<byte>(RandomNumberGenerator.GetBytes(_unmasked.Length));

        // A final binary frame with a mask; what it holds is unmasked, not judged.
        _message = new ReadOnlySequence<byte>([0x82, 0x80 | 100, 1, 2, 3, 4, .. RandomNumberGenerator.GetBytes(100)]);
    }

    /// <summary>128 bytes of a client without their mask.</summary>
    [Benchmark]
    public void UnmaskShort() => Mask.Remove(_short, _unmasked, Key);

    /// <summary>4,096 bytes of a client without their mask.</summary>
    [Benchmark]
    public void UnmaskLong() => Mask.Remove(_long, _unmasked, Key);

    /// <summary>A whole binary message of 100 bytes out of what was read.</summary>
    [Benchmark]
    public int ReadMessage()
    {
        var rest = _message;
        var read = _reader.TryRead(ref rest, out var message) ? message.Payload.Length : 0;
        _reader.Release();
        return read;
    }

    /// <summary>An encoded push as a binary message.</summary>
    [Benchmark]
    public int FrameBinary() => Write(Framing.Binary, _push);

    /// <summary>An encoded push in JSON as a text message.</summary>
    [Benchmark]
    public int FrameText() => Write(Framing.Text, _pushInJson);

    private int Write(Framing framing, byte[] frame)
    {
        _output.ResetWrittenCount();
        ClientFraming.Write(_output, framing, frame);
        return _output.WrittenCount;
    }
}
