using System.Buffers;
using System.Text;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Delivery.Fetching;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Tests.Delivery.Fetching;

public sealed class PageFrameTests
{
    private const uint MaxFrameBytes = 65_536;

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public void Encode_EverythingFits_IsTheWholePage(uint version)
    {
        var page = Encode([Push(1, 10), Push(3, 10)], covered: 4, head: 4, version: version);

        Assert.Equal(("inbox", 7ul, 4ul, false, "f1"), (page.Channel, page.Epoch, page.Seq, page.More, page.Id));
        Assert.Equal([1ul, 3], page.Messages.Select(message => message.Seq));
        var first = page.Messages[0];
        Assert.Equal(("id-1", "shop", "inbox", 7ul, "image/png", "order", 9_000L), (first.Id, first.App, first.Channel, first.Epoch, first.ContentType, first.Type, first.Expires));
        Assert.Equal((10, false, 0u), (first.Payload.Length, first.Notify, first.Size));
    }

    [Fact]
    public void Encode_MoreThanTheLimit_EndsAtTheLastMessage()
    {
        var page = Encode([Push(1, 10), Push(2, 10), Push(5, 10)], covered: 9, head: 9, limit: 2);

        Assert.Equal([1ul, 2], page.Messages.Select(message => message.Seq));
        Assert.Equal((2ul, true), (page.Seq, page.More));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public void Encode_MoreThanAFrame_EndsAtTheLastThatFits(uint version)
    {
        var entries = Enumerable.Range(1, 40).Select(seq => Push((ulong)seq, 6_000)).ToArray();

        var page = Encode(entries, covered: 40, head: 40, version: version);

        Assert.InRange(page.Messages.Count, 4, 10);
        Assert.Equal(((ulong)page.Messages.Count, true), (page.Seq, page.More));
    }

    [Fact]
    public void Encode_OneThatAloneDoesNotFit_ComesWithoutItsPayload()
    {
        var page = Encode([Push(1, 70_000), Push(2, 10)], covered: 2, head: 2);

        var message = Assert.Single(page.Messages);
        Assert.Equal((1ul, true, 70_000u, 0), (message.Seq, message.Notify, message.Size, message.Payload.Length));
        Assert.Equal((1ul, true), (page.Seq, page.More));
    }

    [Fact]
    public void Encode_WhatExpiredMeanwhileOrIsNoMessage_IsAHole()
    {
        var page = Encode([Push(1, 10, expires: 100), new PageEntry(new LogPosition(7, 2), null), Push(3, 10, expires: 101)], covered: 3, head: 5, now: 100);

        Assert.Equal(3ul, Assert.Single(page.Messages).Seq);
        Assert.Equal((3ul, true), (page.Seq, page.More));
    }

    [Fact]
    public void Encode_NotifyOnly_BringsThePayload() =>
        Assert.Equal(10, Assert.Single(Encode([Push(1, 10, notifyOnly: true)], covered: 1, head: 1).Messages).Payload.Length);

    [Fact]
    public void Encode_Chat_IsItsJson()
    {
        var chat = new KeptContent("id-1", "shop", Audience.One, notifyOnly: false, new Chat { ChatFrom = "ann", ChatContent = "你好" }, push: null, 0);

        var message = Assert.Single(Encode([new PageEntry(new LogPosition(7, 1), chat)], covered: 1, head: 1).Messages);

        Assert.Equal(PageFrame.ChatContentType, message.ContentType);
        Assert.Equal("""{"chat_from":"ann","chat_content":"你好"}""", Encoding.UTF8.GetString(message.Payload.Span));
    }

    [Fact]
    public void Encode_IdThatDoesNotFit_IsAFault() =>
        Assert.Equal(Code.FrameTooLarge, Assert.Throws<ProtocolException>(() => Encode([Push(1, 10)], 1, 1, id: new string('x', 66_000))).Code);

    private static PageEntry Push(ulong seq, int bytes, long expires = 9_000, bool notifyOnly = false) => new(
        new LogPosition(7, seq),
        new KeptContent(
            $"id-{seq}", "shop", Audience.One, notifyOnly, chat: null, new Push { Payload = ByteString.CopyFrom(new byte[bytes]), ContentType = "image/png", Type = "order" }, expires));

    private static Page Encode(PageEntry[] entries, ulong covered, ulong head, int limit = 100, uint version = 2, long now = 0, string id = "f1")
    {
        var request = new FetchRequest(null!, ChannelKind.Inbox, default, limit, id, App: "");
        var log = new LogPage(entries, default, new LogPosition(7, covered), new LogPosition(7, head));
        var frame = PageFrame.Encode(request, log, version, MaxFrameBytes, now);
        Assert.InRange(frame.Length, Frame.HeaderBytes, (int)MaxFrameBytes);
        return FrameBody.Read<Page>(FrameHeader.Read(frame), new ReadOnlySequence<byte>(frame.AsMemory(Frame.HeaderBytes)));
    }
}
