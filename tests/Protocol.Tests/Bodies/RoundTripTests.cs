using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests.Bodies;

public sealed class RoundTripTests
{
    public static TheoryData<uint, uint> Versions => new() { { 1, 2 }, { 2, 1 }, { 1, 1 }, { 2, 2 } };

    [Theory]
    [MemberData(nameof(Versions))]
    public void Write_ThenRead_KeepsEveryField(uint first, uint second)
    {
        Keeps(Samples.Verify, first, second);
        Keeps(Samples.VerifyResult, first, second);
        Keeps(Samples.Single, first, second);
        Keeps(Samples.Group, first, second);
        Keeps(Samples.Broadcast, first, second);
        Keeps(Samples.Delivery, first, second);
        Keeps(new Heartbeat { HeartbeatMs = 30_000, Network = "wifi" }, first, second);
        Keeps(new Heartbeat { Network = "carrier pigeon" }, first, second);
        Keeps(new HeartbeatAck { ServerTimeMs = 1_700_000_000_000, HeartbeatMs = 60_000 }, first, second);
        Keeps(Samples.Push, first, second);
        Keeps(Samples.KeptDelivery, first, second);
        Keeps(Samples.Notify, first, second);
        Keeps(Samples.Ack, first, second);
        Keeps(Samples.Fetch, first, second);
        Keeps(Samples.Page, first, second);
        Keeps(Samples.Directive, first, second);
        Keeps(Samples.Error, first, second);
        Keeps(new Goodbye { Reason = "closed", App = "shop" }, first, second);
        Keeps(Samples.Bind, first, second);
        Keeps(Samples.BindResult, first, second);
        Keeps(Samples.Unbind, first, second);
        Keeps(Samples.Unbound, first, second);
    }

    [Theory]
    [InlineData(1u), InlineData(2u)]
    public void Read_EmptyBody_IsABodyWithoutFields(uint version)
    {
        var verify = Samples.Decode<Verify>([], version);

        Assert.Equal("", verify.Token);
        Assert.Empty(verify.Features);
        Assert.Equal("", Samples.Decode<ChatDelivery>([], version).ChatContent);
    }

    [Theory]
    [InlineData("text/plain", "6869", "\"payload\":\"hi\"")]
    [InlineData("application/vnd.x+json", "5b5d", "\"payload\":\"[]\"")]
    [InlineData("text/plain", "ff", "\"payload_base64\":\"/w==\"")]
    [InlineData("application/octet-stream", "6869", "\"payload_base64\":\"aGk=\"")]
    [InlineData("", "", "\"payload_base64\":\"\"")]
    public void Write_JsonPayload_IsTextOrBase64(string contentType, string payload, string expected)
    {
        var push = new PushDelivery { ContentType = contentType, Payload = Convert.FromHexString(payload) };

        var json = Samples.Json(push);
        var back = Samples.FromJson<PushDelivery>(json);

        Assert.Contains(expected, json, StringComparison.Ordinal);
        Assert.Equal(push.Payload.ToArray(), back.Payload.ToArray());
    }

    [Fact]
    public void Write_Json_KeepsChineseAndEmojiAndAlwaysHasWhatOldClientsRead()
    {
        Assert.Equal("""{"chat_from":"ann","chat_content":"你好"}""", Samples.Json(Samples.Delivery));
        Assert.Equal("""{"chat_from":"","chat_content":""}""", Samples.Json(default(ChatDelivery)));
        Assert.Equal("""{"code":0}""", Samples.Json(new VerifyResult()));
        Assert.Equal("""{"command":0,"code":0}""", Samples.Json(new Error()));
        Assert.Contains("你好 ", Samples.Json(Samples.Single), StringComparison.Ordinal);
    }

    private static void Keeps<TBody>(TBody body, uint first, uint second)
        where TBody : IBody<TBody>, new()
    {
        var expected = Samples.Encode(body, second);

        var read = Samples.Decode<TBody>(Samples.Encode(body, first), first);

        Assert.True(expected.Length > 2);
        Assert.Equal(expected, Samples.Encode(read, second));
    }
}
