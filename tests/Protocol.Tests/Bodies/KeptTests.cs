using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests.Bodies;

/// <summary>The bodies of kept messages: acknowledgement, fetch, page, and positions in what is delivered.</summary>
public sealed class KeptTests
{
    [Fact]
    public void Write_ChatWithoutPosition_IsByteForByteWhatOldClientsRead() =>
        Assert.Equal("""{"chat_from":"ann","chat_content":"hi"}""", Samples.Json(new ChatDelivery { ChatFrom = "ann", ChatContent = "hi" }));

    [Fact]
    public void Write_Json_HasTheNamesOfTheSchema()
    {
        Assert.Equal(
            """{"chat_from":"ann","chat_content":"hi","id":"0001-x","channel":"inbox","epoch":1700000000000000,"seq":7}""",
            Samples.Json(Samples.KeptDelivery));
        Assert.Equal(
            """{"id":"0001-y","app":"shop","channel":"all","epoch":1700000000000000,"seq":8,"content_type":"text/plain","notify":true,"size":70000}""",
            Samples.Json(Samples.Notify));
        Assert.Equal(
            """{"positions":[{"channel":"inbox","epoch":1700000000000000,"seq":7},{"channel":"all","epoch":18446744073709551615,"seq":300}],"id":"a1"}""",
            Samples.Json(Samples.Ack));
        Assert.Equal("{}", Samples.Json(new Ack()));
    }

    [Theory]
    [InlineData("""{"positions":[]}""", 0)]
    [InlineData("""{"positions":null}""", 0)]
    [InlineData("""{}""", 0)]
    [InlineData("""{"positions":[{},{"channel":"inbox","epoch":"18446744073709551615","seq":1,"later":[{}]}],"later":{}}""", 2)]
    public void Read_Positions_AreTaken(string json, int count) => Assert.Equal(count, Samples.FromJson<Ack>(json).Positions.Count);

    [Theory]
    [InlineData("""{"positions":{}}""", "Field positions: StartObject; expected a list of objects.")]
    [InlineData("""{"positions":[7]}""", "Field positions: Number; expected an object.")]
    [InlineData("""{"positions":[null]}""", "Field positions: Null; expected an object.")]
    [InlineData("""{"positions":[{"seq":-1}]}""", "Field seq: not a whole number in range.")]
    [InlineData("""{"positions":[{"seq":18446744073709551616}]}""", "Field seq: not a whole number in range.")]
    [InlineData("""{"positions":[{"channel":["secret"]}]}""", "Field channel: StartArray; expected text.")]
    public void Read_MalformedPositions_AreRefused(string json, string message)
    {
        var fault = Assert.Throws<ProtocolException>(() => Samples.FromJson<Ack>(json));

        Assert.Equal((Code.MalformedBody, message), (fault.Code, fault.Message));
    }

    [Theory]
    [InlineData(10_000, true), InlineData(10_001, false)]
    public void Read_PositionsOrMessages_AreLimitedInNumber(int entries, bool isTaken)
    {
        var json = $$"""{"positions":[{{string.Join(',', Enumerable.Repeat("{}", entries))}}]}""";
        var protobuf = Enumerable.Repeat(new byte[] { 0x0A, 0 }, entries).SelectMany(entry => entry).ToArray();

        var fault = Record.Exception(() => Samples.FromJson<Ack>(json));
        var faultInProtobuf = Record.Exception(() => Samples.Decode<Ack>(protobuf, 2));

        Assert.Equal((isTaken, isTaken), (fault is null, faultInProtobuf is null));
        Assert.True(fault is null or ProtocolException { Message: "Field positions: more than 10000 entries." });
        Assert.Equal(fault?.Message, faultInProtobuf?.Message);
    }

    [Fact]
    public void Read_ListTwiceInJson_CountsOnce() =>
        Assert.Single(Samples.FromJson<Ack>("""{"positions":[{},{}],"positions":[{"seq":1}]}""").Positions);

    [Theory]
    [InlineData("0a", "The protobuf body does not parse: it ends inside of a number.")]
    [InlineData("0802", "Field positions: wire type 0; expected 2.")]
    [InlineData("0a02 1201", "Field epoch: wire type 2; expected 0.")]
    public void Read_MalformedProtobuf_NamesTheFault(string hex, string message)
    {
        var body = FrameDecoderTests.Hex(hex);

        Assert.Equal(message, Assert.Throws<ProtocolException>(() => Samples.Decode<Ack>(body, 2)).Message);
    }
}
