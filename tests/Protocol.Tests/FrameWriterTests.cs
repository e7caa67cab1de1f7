using System.Buffers;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests;

public sealed class FrameWriterTests
{
    [Theory]
    [InlineData(1u), InlineData(2u), InlineData(1100u)]
    public void Write_Body_SetsTheLengthOfTheFrame(uint version)
    {
        var output = new ArrayBufferWriter<byte>();

        FrameWriter.Write(output, version, Command.SingleChat, Samples.Single);
        FrameWriter.Write(output, version, Command.Heartbeat);

        var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
        Assert.True(FrameDecoder.TryRead(ref buffer, Frame.DefaultMaxBytes, out var header, out var body));
        Assert.Equal((version, Command.SingleChat), (header.Version, header.Command));
        Assert.Equal("你好 😀 <b>\"quoted\"</b>", FrameBody.Read<SingleChat>(header, body).ChatContent);
        Assert.Equal(FrameWriter.ToArray(version, Command.Heartbeat), buffer.ToArray());
    }

    [Theory]
    [InlineData(1u), InlineData(2u)]
    public void Write_OverTheLimit_ThrowsAndWritesNothing(uint version)
    {
        var output = new ArrayBufferWriter<byte>();
        var length = (uint)FrameWriter.ToArray(version, Command.SingleChat, Samples.Single).Length;

        FrameWriter.ToArray(version, Command.SingleChat, Samples.Single, length);
        var fault = Assert.Throws<ProtocolException>(() => FrameWriter.Write(output, version, Command.SingleChat, Samples.Single, length - 1));

        Assert.Equal((Code.FrameTooLarge, $"Frame of {length} bytes; the limit is {length - 1}."), (fault.Code, fault.Message));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void Write_ReservedVersion_ThrowsUnsupportedVersion() =>
        Assert.Equal(Code.UnsupportedVersion, Assert.Throws<ProtocolException>(() => FrameWriter.ToArray(3, Command.Error, Samples.Error)).Code);

    [Fact]
    public void Write_AfterAVeryLongBody_StillWrites()
    {
        var text = new string('x', 3_000_000);

        var frame = FrameWriter.ToArray(1, Command.Goodbye, new Goodbye { Reason = text }, uint.MaxValue);

        Assert.Equal(12 + 13 + text.Length, frame.Length);
        Assert.Equal(12 + 14, FrameWriter.ToArray(1, Command.Goodbye, new Goodbye { Reason = "x" }).Length);
    }

    [Theory]
    [InlineData(2u), InlineData(1u)]
    public void Write_DeliveryAndHeartbeatAck_AllocatesNothing(uint version)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        WriteBoth(output, version);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            output.ResetWrittenCount();
            WriteBoth(output, version);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void FixedFrames_AreWhatTheyAreCalled()
    {
        Assert.Equal("0000000C0000000200000005", Convert.ToHexString(FixedFrames.Heartbeat.Span));
        Assert.Equal("0000000C000000020000000C", Convert.ToHexString(FixedFrames.Goodbye.Span));
    }

    private static void WriteBoth(ArrayBufferWriter<byte> output, uint version)
    {
        FrameWriter.Write(output, version, Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "ann", ChatContent = "hi" });
        FrameWriter.Write(output, version, Command.HeartbeatAck, new HeartbeatAck { ServerTimeMs = 1_700_000_000_000, HeartbeatMs = 60_000 });
    }
}
