using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Tests.WebSockets;

public sealed class TextEnvelopeTests
{
    [Theory]
    [InlineData("""{"command":5}""", 5u, "")]
    [InlineData("""{"command":5,"body":null,"id":null}""", 5u, "")]
    [InlineData("""{"command":5,"body":{}}""", 5u, "{}")]
    [InlineData("""{"command":2,"body":{"chat_to":"b"}}""", 2u, """{"chat_to":"b"}""")]
    [InlineData("""{"command":2,"id":"m","body":{"chat_to":"b"}}""", 2u, """{"id":"m","chat_to":"b"}""")]
    [InlineData("""{ "body" : { "chat_to" : "b" } , "id" : "m\"" , "later" : [1,{}] , "command" : 2 }""", 2u, """{"id":"m\"","chat_to" : "b" }""")]
    [InlineData("""{"command":6,"id":"a"}""", 6u, """{"id":"a"}""")]
    [InlineData("""{"command":6,"id":7,"body":{ }}""", 6u, """{"id":7}""")]
    [InlineData("""{"command":"6","id":"a","body":null}""", 6u, """{"id":"a"}""")]
    [InlineData("""{"command":1,"command":13,"body":{"a":1},"body":{"b":2}}""", 13u, """{"b":2}""")]
    [InlineData("""{"command":4294967295,"\ud800":1}""", 4294967295u, "")]
    public void Read_AMessage_IsAFrame(string message, uint command, string body)
    {
        var header = TextEnvelope.Read(Encoding.UTF8.GetBytes(message), out var read);

        Assert.Equal(new FrameHeader((uint)(Frame.HeaderBytes + read.Length), TextEnvelope.Version, (Command)command), header);
        Assert.Equal(body, Encoding.UTF8.GetString(read));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"command":5}{}""")]
    [InlineData("""{"command":5""")]
    [InlineData("""{"command":5,}""")]
    [InlineData("""{"command":null}""")]
    [InlineData("""{"command":-1}""")]
    [InlineData("""{"command":4294967296}""")]
    [InlineData("""{"command":5.5}""")]
    [InlineData("""{"command":{}}""")]
    [InlineData("""{"command":"5 "}""")]
    [InlineData("""{"command":5,"body":[]}""")]
    [InlineData("""{"command":5,"body":"{}"}""")]
    [InlineData("""{"command":5,"id":{}}""")]
    [InlineData("""{"command":5,"id":true}""")]
    public void Read_WhatIsNoMessage_IsMalformed(string message)
    {
        var fault = Assert.Throws<ProtocolException>(() => TextEnvelope.Read(Encoding.UTF8.GetBytes(message), out _));

        Assert.Equal(Code.MalformedBody, fault.Code);
        Assert.NotEmpty(fault.Message);
    }

    [Fact]
    public void Read_JsonAsDeepAsABodyMayBe_IsRead_AndDeeperIsNot()
    {
        TextEnvelope.Read(Nested(ProtocolLimits.MaxJsonDepth), out _);

        var fault = Assert.Throws<ProtocolException>(() => TextEnvelope.Read(Nested(ProtocolLimits.MaxJsonDepth + 1), out _));
        var deep = Assert.Throws<ProtocolException>(() => TextEnvelope.Read(Nested(20_000), out _));

        Assert.Equal(Code.MalformedBody, fault.Code);
        Assert.Equal(Code.MalformedBody, deep.Code);

        static byte[] Nested(int depth) => Encoding.UTF8.GetBytes(
            $$"""{"command":5,"body":{{string.Concat(Enumerable.Repeat("""{"a":""", depth - 1))}}{}{{new string('}', depth - 1)}}}""");
    }

    [Fact]
    public void Write_AnAnswer_TellsTheIdOfTheRequest()
    {
        var frame = FrameWriter.ToArray(1, Command.Error, new Error { Command = Command.Ack, Id = "a\"1", Code = Code.UnknownChannel });

        Assert.Equal("""{"command":108,"id":"a\"1","body":{"command":6,"id":"a\"1","code":4519}}""", Write(frame));
        Assert.Equal(
            """{"command":114,"id":"b","body":{"code":1,"app":"shop","id":"b"}}""",
            Write(FrameWriter.ToArray(1, Command.BindResult, new BindResult { Code = 1, App = "shop", Id = "b" })));
        Assert.Equal(
            """{"command":115,"id":"u","body":{"app":"shop","code":4003,"id":"u"}}""",
            Write(FrameWriter.ToArray(1, Command.Unbound, new Unbound { App = "shop", Code = Code.Goodbye, Id = "u" })));
    }

    [Fact]
    public void Write_WhatAnswersNothing_HasNoId()
    {
        Assert.Equal(
            """{"command":106,"body":{"id":"m","app":"shop","payload_base64":"AP8="}}""",
            Write(FrameWriter.ToArray(1, Command.Push, new PushDelivery { Id = "m", App = "shop", Payload = new byte[] { 0, 255 } })));
        Assert.Equal("""{"command":101,"body":{"code":0}}""", Write(FrameWriter.ToArray(1, Command.VerifyResult, new VerifyResult())));
        Assert.Equal("""{"command":5}""", Write(FrameWriter.ToArray(1, Command.Heartbeat)));
    }

    [Fact]
    public void Write_APage_DoesNotTakeAMessagesIdForItsOwn()
    {
        var page = new Page { Channel = "inbox", Messages = [new PushDelivery { Id = "m1" }] };

        Assert.Equal("""{"command":113,"body":{"channel":"inbox","messages":[{"id":"m1","payload_base64":""}]}}""", Write(FrameWriter.ToArray(1, Command.Page, page)));
        page.Id = "f1";
        Assert.StartsWith("""{"command":113,"id":"f1","body":""", Write(FrameWriter.ToArray(1, Command.Page, page)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfWhatWasWritten_IsTheSameBody() => Prop.ForAll<string, string>((id, content) =>
    {
        var frame = FrameWriter.ToArray(1, Command.Error, new Error { Command = Command.Fetch, Id = id ?? "", Code = Code.TryLater, Message = content ?? "" });

        var header = TextEnvelope.Read(Encoding.UTF8.GetBytes(Write(frame)), out var body);

        var read = FrameBody.Read<Error>(header, body);
        var sent = FrameBody.Read<Error>(FrameHeader.Read(frame), new ReadOnlySequence<byte>(frame, Frame.HeaderBytes, frame.Length - Frame.HeaderBytes));
        return (read.Id, read.Message, read.Code) == (sent.Id, sent.Message, sent.Code);
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Read_AnyBytes_GivesAFrameOrAFaultOfTheClient() => Prop.ForAll<string>(text =>
    {
        try
        {
            TextEnvelope.Read(Encoding.UTF8.GetBytes("{\"command\":" + text), out _);
            return true;
        }
        catch (ProtocolException fault)
        {
            return fault.Code == Code.MalformedBody;
        }
    }).Check(Config.QuickThrowOnFailure);

    private static string Write(byte[] frame)
    {
        var text = new byte[TextEnvelope.LengthOf(frame, out var id)];
        TextEnvelope.Write(frame, id, text);
        return Encoding.UTF8.GetString(text);
    }
}
