using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;

namespace Microservices.Gateway.Tests.WebSockets;

public sealed class MessageReaderTests
{
    private const int MaxBytes = 70_000;
    private const int MaxParts = 4;

    private readonly MessageReader _reader = new(MaxBytes, MaxParts);

    [Fact]
    public void TryRead_TheExampleOfTheRfc_IsHello()
    {
        var messages = ReadAll(new ReadOnlySequence<byte>(Convert.FromHexString("818537FA213D7F9F4D5158")), out var rest);

        Assert.Equal([(Opcode.Text, "Hello")], messages);
        Assert.Equal(0, rest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(MaxBytes)]
    public void TryRead_AnyLength_GivesThePayload(int length)
    {
        var payload = Bytes(length);
        var rest = new ReadOnlySequence<byte>(ClientFrames.Of(Opcode.Binary, payload));

        Assert.True(_reader.TryRead(ref rest, out var message));

        Assert.Equal(Opcode.Binary, message.Opcode);
        Assert.Equal(payload, message.Payload.ToArray());
        Assert.True(rest.IsEmpty);
    }

    [Fact]
    public void TryRead_ByteByByte_WaitsForTheLastByte()
    {
        var frame = ClientFrames.Text("Hello, 世界");
        for (var length = 0; length < frame.Length; length++)
        {
            var part = new ReadOnlySequence<byte>(frame[..length]);

            Assert.False(_reader.TryRead(ref part, out _));
            Assert.Equal(length, part.Length);
        }

        Assert.Equal([(Opcode.Text, "Hello, 世界")], ReadAll(ClientFrames.Segmented([.. frame.Select(static one => new[] { one })]), out _));
    }

    [Fact]
    public void TryRead_PartsWithControlFramesBetween_GivesBothWhole()
    {
        byte[] stream =
        [
            .. ClientFrames.Of(Opcode.Text, "Hel"u8, isFinal: false),
            .. ClientFrames.Of(Opcode.Ping, "p"u8),
            .. ClientFrames.Of(Opcode.Continuation, [], isFinal: false),
            .. ClientFrames.Of(Opcode.Pong, []),
            .. ClientFrames.Of(Opcode.Continuation, "lo"u8),
            .. ClientFrames.Text("next"),
        ];

        Assert.Equal([(Opcode.Ping, "p"), (Opcode.Pong, ""), (Opcode.Text, "Hello"), (Opcode.Text, "next")], ReadAll(new ReadOnlySequence<byte>(stream), out _));
    }

    [Fact]
    public void TryRead_ACharacterCutByParts_IsText()
    {
        var text = Encoding.UTF8.GetBytes("界");
        byte[] stream = [.. ClientFrames.Of(Opcode.Text, text.AsSpan(0, 1), isFinal: false), .. ClientFrames.Of(Opcode.Continuation, text.AsSpan(1))];

        Assert.Equal([(Opcode.Text, "界")], ReadAll(new ReadOnlySequence<byte>(stream), out _));
    }

    [Theory]
    [InlineData("C1", "a reserved bit: compressed, as permessage-deflate has it")]
    [InlineData("A1", "the second reserved bit")]
    [InlineData("91", "the third reserved bit")]
    [InlineData("83", "a reserved opcode")]
    [InlineData("8B", "a reserved control opcode")]
    [InlineData("8F", "a reserved control opcode")]
    [InlineData("81 05", "not masked")]
    [InlineData("89 FE", "a ping of more than 125 bytes")]
    [InlineData("09 80", "a ping in parts")]
    [InlineData("08 80", "a close in parts")]
    [InlineData("82 FE 007D", "a length that fits into fewer bytes")]
    [InlineData("82 FF 000000000000FFFF", "a length that fits into fewer bytes")]
    [InlineData("80 80 00000000", "a continuation of nothing")]
    [InlineData("01 80 00000000 82 80 00000000", "a message in a message")]
    public void TryRead_WhatTheRfcForbids_IsRefused(string hex, string why)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var fault = Assert.Throws<ProtocolException>(() => ReadAll(new ReadOnlySequence<byte>(bytes.Length == 1 ? [bytes[0], 0x80] : bytes), out _));

        Assert.True(fault.Code == Code.WebSocketProtocol, $"{why}: {fault.Message}");
    }

    [Theory]
    [InlineData("82 FF 0000000000011171", "one byte over the limit, judged on its header")]
    [InlineData("82 FF FFFFFFFFFFFFFFFF", "the longest there is")]
    [InlineData("02 FF 8000000000000000", "a negative one, for who reads it so")]
    public void TryRead_AFrameOverTheLimit_IsRefusedOnItsHeader(string hex, string why)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var fault = Assert.Throws<ProtocolException>(() => ReadAll(new ReadOnlySequence<byte>(bytes), out _));

        Assert.True(fault.Code == Code.FrameTooLarge, $"{why}: {fault.Message}");
    }

    [Fact]
    public void TryRead_PartsThatAreTooLongTogether_AreRefusedOnTheHeader()
    {
        byte[] stream = [.. ClientFrames.Of(Opcode.Binary, Bytes(40_000), isFinal: false), .. ClientFrames.Of(Opcode.Continuation, Bytes(40_000))[..10]];

        var fault = Assert.Throws<ProtocolException>(() => ReadAll(new ReadOnlySequence<byte>(stream), out _));

        Assert.Equal(Code.FrameTooLarge, fault.Code);
    }

    [Fact]
    public void TryRead_MoreEmptyPartsThanTheLimit_AreRefused()
    {
        byte[] part = [0x00, 0x80, 0, 0, 0, 0];
        byte[] stream = [.. ClientFrames.Of(Opcode.Binary, [], isFinal: false), .. part, .. part, .. part, .. part];

        var fault = Assert.Throws<ProtocolException>(() => ReadAll(new ReadOnlySequence<byte>(stream), out _));

        Assert.Equal(Code.FrameTooLarge, fault.Code);
        Assert.Contains("4 parts", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C0 AF")]
    [InlineData("ED A0 80")]
    [InlineData("F4 90 80 80")]
    [InlineData("E7 95")]
    public void TryRead_TextThatIsNotUtf8_IsRefused(string hex)
    {
        var frame = ClientFrames.Of(Opcode.Text, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

        var fault = Assert.Throws<ProtocolException>(() => ReadAll(new ReadOnlySequence<byte>(frame), out _));

        Assert.Equal(Code.WebSocketNotUtf8, fault.Code);
    }

    [Fact]
    public void TryRead_AnyMessagesCutAnywhere_AreTheMessages() => Prop.ForAll<byte[][], byte>((payloads, cut) =>
    {
        var size = (cut % 40) + 1;
        var stream = payloads.SelectMany(payload => Parts(payload, size)).ToArray();

        var read = stream.Length == 0 ? [] : Read(ClientFrames.Segmented([.. stream.Chunk(size)]));

        return payloads.Select(Convert.ToHexString).SequenceEqual(read);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void TryRead_AnyBytes_GivesMessagesOrAFaultOfTheClient() => Prop.ForAll<byte[]>(bytes =>
    {
        try
        {
            Read(new ReadOnlySequence<byte>(bytes));
            return true;
        }
        catch (ProtocolException fault)
        {
            return fault.Code is Code.WebSocketProtocol or Code.FrameTooLarge or Code.WebSocketNotUtf8;
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void TryRead_OfWholeMessages_AllocatesNothing()
    {
        var frames = new ReadOnlySequence<byte>([.. ClientFrames.Of(Opcode.Binary, Bytes(5_000)), .. ClientFrames.Of(Opcode.Ping, [1])]);
        Once();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Once();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Once()
        {
            var rest = frames;
            while (_reader.TryRead(ref rest, out _))
            {
                _reader.Release();
            }
        }
    }

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(static i => (byte)(i * 31))];

    /// <summary>A message in as many parts as it may have, or fewer.</summary>
    private static byte[] Parts(byte[] payload, int size)
    {
        var parts = payload.Chunk(Math.Max((payload.Length / MaxParts) + 1, size)).ToArray();
        return parts.Length == 0
            ? ClientFrames.Of(Opcode.Binary, [])
            : [.. parts.SelectMany((part, i) => ClientFrames.Of(i == 0 ? Opcode.Binary : Opcode.Continuation, part, i == parts.Length - 1, [1, 2, (byte)i, 255]))];
    }

    private List<(Opcode Opcode, string Text)> ReadAll(ReadOnlySequence<byte> rest, out long left)
    {
        var messages = new List<(Opcode, string)>();
        while (_reader.TryRead(ref rest, out var message))
        {
            messages.Add((message.Opcode, Encoding.UTF8.GetString(message.Payload.Span)));
            _reader.Release();
        }

        left = rest.Length;
        return messages;
    }

    private static List<string> Read(ReadOnlySequence<byte> rest)
    {
        var reader = new MessageReader(MaxBytes, MaxParts);
        var messages = new List<string>();
        while (reader.TryRead(ref rest, out var message))
        {
            messages.Add(Convert.ToHexString(message.Payload.Span));
            reader.Release();
        }

        return messages;
    }
}
