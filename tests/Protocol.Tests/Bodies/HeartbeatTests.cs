using System.Buffers;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests.Bodies;

public sealed class HeartbeatTests
{
    [Theory]
    [InlineData("", 0u, "")]
    [InlineData("{}", 0u, "")]
    [InlineData("""{"heartbeat_ms":30000,"network":"wifi"}""", 30_000u, "wifi")]
    [InlineData("""{"heartbeat_ms":"30000","network":"wi\u0066i","later":[1,{"x":null}]}""", 30_000u, "wifi")]
    [InlineData("""{"heartbeat_ms":null,"network":7}""", 0u, "7")]
    [InlineData("""{"network":"5G 你好"}""", 0u, "5G 你好")]
    public void Read_Json_TakesWhatIsKnown(string json, uint heartbeatMs, string network)
    {
        var beat = Samples.FromJson<Heartbeat>(json);

        Assert.Equal((heartbeatMs, network), (beat.HeartbeatMs, beat.Network));
    }

    [Theory]
    [InlineData("whatever")]
    [InlineData(" ")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}{}")]
    [InlineData("""{"heartbeat_ms":-1}""")]
    [InlineData("""{"heartbeat_ms":4294967296}""")]
    [InlineData("""{"heartbeat_ms":[60000]}""")]
    [InlineData("""{"network":"\ud800"}""")]
    [InlineData("""{"network":{}}""")]
    public void Read_MalformedJson_IsRefused(string json) =>
        Assert.Equal(Code.MalformedBody, Assert.Throws<ProtocolException>(() => Samples.FromJson<Heartbeat>(json)).Code);

    [Theory]
    [InlineData("77")]
    [InlineData("0a01 00")]
    [InlineData("1201 ff")]
    [InlineData("1205 6162")]
    [InlineData("1001")]
    public void Read_MalformedProtobuf_IsRefused(string hex) =>
        Assert.Equal(Code.MalformedBody, Assert.Throws<ProtocolException>(() => Samples.Decode<Heartbeat>(FrameDecoderTests.Hex(hex), 2)).Code);

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public void Read_OfTheUsualKind_AllocatesNothing(uint version)
    {
        var bytes = Samples.Encode(new Heartbeat { HeartbeatMs = 60_000, Network = "wifi" }, version);
        var body = new ReadOnlySequence<byte>(bytes);
        var header = new FrameHeader((uint)bytes.Length + 12, version, Command.Heartbeat);
        Assert.Equal("wifi", FrameBody.Read<Heartbeat>(header, body).Network);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            FrameBody.Read<Heartbeat>(header, body);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
