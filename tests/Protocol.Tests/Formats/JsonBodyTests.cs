using System.Text;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests.Formats;

public sealed class JsonBodyTests
{
    [Theory]
    [InlineData("""{"phone_number":13800138000,"token":"t"}""", "13800138000")]
    [InlineData("""{"phone_number":"\u5f20","token":"t"}""", "张")]
    [InlineData("""{"phone_number":"a","phone_number":"b","token":"t"}""", "b")]
    [InlineData("""{"phone_number":null,"token":"t"}""", "")]
    [InlineData(""" { "later" : { "a" : [ 1, {} ] } , "phone_number":"a", "more":[[]],"token":"t" } """, "a")]
    [InlineData("""{"phone\u005fnumber":"a","\ud800":1,"token":"t"}""", "a")]
    public void Read_WhatClientsSend_IsTaken(string json, string phoneNumber)
    {
        var verify = Samples.FromJson<Verify>(json);

        Assert.Equal(phoneNumber, verify.PhoneNumber);
        Assert.Equal("t", verify.Token);
    }

    [Theory]
    [InlineData("4000"), InlineData("\"4000\""), InlineData("4000.0"), InlineData("4e3")]
    public void Read_WholeNumber_MayBeTextOrHaveAPoint(string number) =>
        Assert.Equal(4000u, Samples.FromJson<Verify>($$"""{"heartbeat_ms":{{number}}}""").HeartbeatMs);

    [Fact]
    public void Read_List_TakesNumbersAsText() =>
        Assert.Equal(["1", "bob"], Samples.FromJson<GroupChat>("""{"chat_to":[1,"bob"]}""").ChatTo);

    [Theory]
    [InlineData("""{"token":true}""", "Field token: True; expected text.")]
    [InlineData("""{"token":["secret"]}""", "Field token: StartArray; expected text.")]
    [InlineData("""{"token":"\ud800secret"}""", "Field token: half of a surrogate pair.")]
    [InlineData("""{"heartbeat_ms":-1}""", "Field heartbeat_ms: not a whole number in range.")]
    [InlineData("""{"heartbeat_ms":4294967296}""", "Field heartbeat_ms: not a whole number in range.")]
    [InlineData("""{"heartbeat_ms":1.5}""", "Field heartbeat_ms: not a whole number in range.")]
    [InlineData("""{"heartbeat_ms":"secret"}""", "Field heartbeat_ms: not a whole number in range.")]
    [InlineData("""{"heartbeat_ms":{}}""", "Field heartbeat_ms: StartObject; expected a number.")]
    [InlineData("""{"features":"secret"}""", "Field features: String; expected a list of texts.")]
    [InlineData("""{"features":[null]}""", "Field features: Null; expected text.")]
    [InlineData("""{"token":"secret",}""", "The JSON does not parse: line 0, byte 18.")]
    [InlineData("""{"token":"secret""", "The JSON does not parse: line 0, byte 16.")]
    [InlineData("""{"token":"secret"}{}""", "The JSON does not parse: line 0, byte 18.")]
    [InlineData("""["secret"]""", "The body is not a JSON object.")]
    [InlineData("secret", "The JSON does not parse: line 0, byte 0.")]
    [InlineData(" ", "The JSON does not parse: line 0, byte 1.")]
    public void Read_Malformed_NamesTheFieldAndNotTheContent(string json, string message)
    {
        var fault = Assert.Throws<ProtocolException>(() => Samples.FromJson<Verify>(json, Command.Verify));

        Assert.Equal(message, fault.Message);
        Assert.Equal(Code.MalformedBody, fault.Code);
        Assert.Equal(Command.Verify, fault.Command);
        Assert.Null(fault.InnerException);
    }

    [Fact]
    public void Read_IdBeforeTheFault_IsNamed()
    {
        var fault = Assert.Throws<ProtocolException>(() => Samples.FromJson<SingleChat>("""{"id":"m7","chat_to":{}}""", Command.SingleChat));

        var error = Error.From(fault);

        Assert.Equal(("m7", Command.SingleChat, Code.MalformedBody, "malformed_body"), (error.Id, error.Command, error.Code, error.Reason));
    }

    [Theory]
    [InlineData("""{"payload_base64":"secret!"}"""), InlineData("""{"payload_base64":1}"""), InlineData("""{"payload_base64":"\ud800"}""")]
    public void Read_NotBase64_IsMalformed(string json)
    {
        var fault = Assert.Throws<ProtocolException>(() => Samples.FromJson<PushDelivery>(json));

        Assert.StartsWith("Field payload_base64: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NotUtf8_IsMalformed()
    {
        byte[] body = [.. "{\"chat_to\":\""u8, 0xC3, .. "\"}"u8];

        var fault = Assert.Throws<ProtocolException>(() => Samples.Decode<SingleChat>(body, 0));

        Assert.Equal("The body is not well-formed UTF-8.", fault.Message);
    }

    [Theory]
    [InlineData(15, true), InlineData(16, false), InlineData(30_000, false)]
    public void Read_Depth_IsLimited(int arrays, bool isTaken)
    {
        var json = $$"""{"later":{{new string('[', arrays)}}{{new string(']', arrays)}}}""";

        var fault = Record.Exception(() => Samples.FromJson<Goodbye>(json));

        Assert.Equal(isTaken, fault is null);
        Assert.True(fault is null or ProtocolException { Code: Code.MalformedBody });
    }

    [Theory]
    [InlineData(10_000, true), InlineData(10_001, false)]
    public void Read_Entries_AreLimited(int entries, bool isTaken)
    {
        var json = $$"""{"chat_to":[{{string.Join(',', Enumerable.Repeat("1", entries))}}]}""";
        var protobuf = Enumerable.Repeat(new byte[] { 0x12, 1, (byte)'1' }, entries).SelectMany(entry => entry).ToArray();

        var fault = Record.Exception(() => Samples.FromJson<GroupChat>(json));
        var faultInProtobuf = Record.Exception(() => Samples.Decode<GroupChat>(protobuf, 2));

        Assert.Equal((isTaken, isTaken), (fault is null, faultInProtobuf is null));
        Assert.True(fault is null or ProtocolException { Message: "Field chat_to: more than 10000 entries." });
        Assert.Equal(fault?.Message, faultInProtobuf?.Message);
    }

    [Fact]
    public void Read_RandomMutations_GivesBodyOrProtocolException()
    {
        var random = new Random(7);
        byte[][] seeds = [Samples.Encode(Samples.Verify, 1), Samples.Encode(Samples.VerifyResult, 1), Samples.Encode(Samples.Group, 1), Samples.Encode(Samples.Page, 1), Samples.Encode(Samples.Ack, 1)];
        var alphabet = "{}[]\",:\\u0d8null-1e.\0 "u8.ToArray();
        for (var round = 0; round < 3_000; round++)
        {
            byte[] body = [.. seeds[round % seeds.Length]];
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                body[random.Next(body.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            }

            body = body[..random.Next(body.Length + 1)];
            OnlyProtocolFaults<Verify>(body);
            OnlyProtocolFaults<VerifyResult>(body);
            OnlyProtocolFaults<PushDelivery>(body);
            OnlyProtocolFaults<GroupChat>(body);
            OnlyProtocolFaults<Ack>(body);
            OnlyProtocolFaults<Fetch>(body);
            OnlyProtocolFaults<Page>(body);
        }
    }

    private static void OnlyProtocolFaults<TBody>(byte[] body)
        where TBody : IBody<TBody>, new()
    {
        var fault = Record.Exception(() => Samples.Decode<TBody>(body, 1));
        Assert.True(fault is null or ProtocolException { Code: Code.MalformedBody }, $"{fault} for {Encoding.Latin1.GetString(body)}");
    }
}
