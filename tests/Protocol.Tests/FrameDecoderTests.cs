using System.Buffers;
using System.Buffers.Binary;

namespace Microservices.Protocol.Tests;

public sealed class FrameDecoderTests
{
    private static readonly byte[] Chat = Hex("00 00 00 10 00 00 04 4c 00 00 00 02 7b 20 20 7d");

    [Fact]
    public void TryRead_WholeFrame_ReturnsHeaderAndBody()
    {
        var buffer = new ReadOnlySequence<byte>(Chat);

        var isRead = FrameDecoder.TryRead(ref buffer, Frame.DefaultMaxBytes, out var header, out var body);

        Assert.True(isRead);
        Assert.Equal(new FrameHeader(16, 1100, Command.SingleChat), header);
        Assert.Equal("{  }"u8.ToArray(), body.ToArray());
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void TryRead_EverySplitPoint_ReturnsTheSame()
    {
        for (var at = 0; at <= Chat.Length; at++)
        {
            var buffer = Segments.SplitAt(Chat, at);

            Assert.True(FrameDecoder.TryRead(ref buffer, Frame.DefaultMaxBytes, out var header, out var body));
            Assert.Equal(new FrameHeader(16, 1100, Command.SingleChat), header);
            Assert.Equal("{  }"u8.ToArray(), body.ToArray());
        }
    }

    [Fact]
    public void TryRead_ByteByByte_WaitsForTheLastByteAndLeavesTheBuffer()
    {
        for (var length = 0; length < Chat.Length; length++)
        {
            var buffer = Segments.ByteByByte(Chat[..length]);

            Assert.False(FrameDecoder.TryRead(ref buffer, Frame.DefaultMaxBytes, out var header, out _));
            Assert.Equal(default, header);
            Assert.Equal(length, buffer.Length);
        }

        var whole = Segments.ByteByByte(Chat);
        Assert.True(FrameDecoder.TryRead(ref whole, Frame.DefaultMaxBytes, out _, out var body));
        Assert.Equal(4, body.Length);
    }

    [Fact]
    public void TryRead_GluedFrames_ReturnsThemInOrder()
    {
        byte[] heartbeat = FixedFrames.Heartbeat.ToArray();
        byte[] glued = [.. Chat, .. heartbeat, .. Chat, .. heartbeat[..5]];
        for (var at = 0; at <= glued.Length; at++)
        {
            var buffer = Segments.SplitAt(glued, at);
            var commands = new List<Command>();

            while (FrameDecoder.TryRead(ref buffer, Frame.DefaultMaxBytes, out var header, out _))
            {
                commands.Add(header.Command);
            }

            Assert.Equal([Command.SingleChat, Command.Heartbeat, Command.SingleChat], commands);
            Assert.Equal(5, buffer.Length);
        }
    }

    [Theory]
    [InlineData(0u), InlineData(1u), InlineData(2u), InlineData(3u), InlineData(4u), InlineData(5u)]
    [InlineData(6u), InlineData(7u), InlineData(8u), InlineData(9u), InlineData(10u), InlineData(11u)]
    public void TryRead_LengthUnderHeader_ThrowsFrameTooShort(uint length)
    {
        var fault = Assert.Throws<ProtocolException>(() => ReadHeader(length, 4, 1000));

        Assert.Equal(Code.FrameTooShort, fault.Code);
        Assert.Equal($"Frame of {length} bytes; its header alone has 12.", fault.Message);
    }

    [Theory]
    [InlineData(1001u), InlineData(0x7FFF_FFFFu), InlineData(0x8000_0000u), InlineData(0xFFFF_FFFFu)]
    public void TryRead_LengthOverLimit_ThrowsBeforeAnyBodyIsThere(uint length)
    {
        var early = Assert.Throws<ProtocolException>(() => ReadHeader(length, 4, 1000));
        var late = Assert.Throws<ProtocolException>(() => ReadHeader(length, 12, 1000));

        Assert.Equal(Code.FrameTooLarge, early.Code);
        Assert.Equal($"Frame of {length} bytes; the limit is 1000.", early.Message);
        Assert.Null(early.Command);
        Assert.Equal(Command.SingleChat, late.Command);
        Assert.Equal(1100u, late.Version);
    }

    [Theory]
    [InlineData(12u, true), InlineData(999u, false), InlineData(1000u, false)]
    public void TryRead_LengthWithinLimit_IsTaken(uint length, bool isWhole) => Assert.Equal(isWhole, ReadHeader(length, 12, 1000));

    [Fact]
    public void TryRead_RandomBytes_GivesFramesOrProtocolException()
    {
        var random = new Random(20240601);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(0, 80)];
            random.NextBytes(bytes);
            if (bytes.Length >= 4 && round % 2 == 0)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)random.Next(8, 60));
            }

            var buffer = Segments.SplitAt(bytes, random.Next(0, bytes.Length + 1));
            try
            {
                while (FrameDecoder.TryRead(ref buffer, 64, out var header, out var body))
                {
                    Assert.Equal(header.BodyLength, body.Length);
                }
            }
            catch (ProtocolException fault)
            {
                Assert.True(fault.Code is Code.FrameTooShort or Code.FrameTooLarge);
            }
        }
    }

    [Fact]
    public void TryRead_Heartbeat_AllocatesNothing()
    {
        var frame = FixedFrames.Heartbeat;
        var split = Segments.SplitAt(frame.ToArray(), 7);
        Decode(frame, split);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Decode(frame, split);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    private static void Decode(ReadOnlyMemory<byte> frame, ReadOnlySequence<byte> split)
    {
        var whole = new ReadOnlySequence<byte>(frame);
        if (!FrameDecoder.TryRead(ref whole, Frame.DefaultMaxBytes, out _, out _)
            || !FrameDecoder.TryRead(ref split, Frame.DefaultMaxBytes, out _, out _))
        {
            Assert.Fail("A heartbeat is a whole frame.");
        }
    }

    private static bool ReadHeader(uint length, int available, uint limit)
    {
        var bytes = new byte[12];
        new FrameHeader(length, 1100, Command.SingleChat).Write(bytes);
        var buffer = new ReadOnlySequence<byte>(bytes, 0, available);
        return FrameDecoder.TryRead(ref buffer, limit, out _, out _);
    }
}
