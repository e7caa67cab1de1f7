using System.Text;
using Microservices.Cli.Load.Gateway;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Cli.Tests.Load.Gateway;

public sealed class KeptFieldsTests
{
    private static readonly byte[] Push = FrameWriter.ToArray(2, Command.Push, new PushDelivery
    {
        Id = "0421-x",
        App = "shop",
        Channel = "inbox",
        Epoch = 1_767_225_600_000_000,
        Seq = 42,
        Payload = new byte[300],
        ContentType = "a/b",
        Expires = 9,
    })[Frame.HeaderBytes..];

    [Fact]
    public void TryRead_Push_IsItsPosition()
    {
        Assert.True(KeptFields.TryRead(Push, 3, out var channel, out var position));

        Assert.Equal(("inbox", 1_767_225_600_000_000ul, 42ul), (Encoding.UTF8.GetString(channel), position.Epoch, position.Seq));
    }

    [Fact]
    public void TryRead_Chat_IsItsPosition()
    {
        var chat = FrameWriter.ToArray(2, Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "a", ChatContent = "b", Id = "c", Channel = "all", Epoch = 7, Seq = 1 << 20 });

        Assert.True(KeptFields.TryRead(chat.AsSpan(Frame.HeaderBytes), 4, out var channel, out var position));

        Assert.Equal(("all", 7ul, 1ul << 20), (Encoding.UTF8.GetString(channel), position.Epoch, position.Seq));
    }

    [Fact]
    public void TryRead_WithoutChannel_IsNone() =>
        Assert.False(KeptFields.TryRead(FrameWriter.ToArray(2, Command.Push, new PushDelivery { Id = "1" }).AsSpan(Frame.HeaderBytes), 3, out _, out _));

    [Fact]
    public void TryRead_Garbage_EndsWithoutAPosition()
    {
        Assert.False(KeptFields.TryRead([0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 3, out _, out _));
        Assert.False(KeptFields.TryRead([0x80, 0x80], 3, out _, out _));
        Assert.False(KeptFields.TryRead([0x1f], 3, out _, out _));
    }
}
