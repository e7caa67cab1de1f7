using System.Text;
using Microservices.Benchmarks.Peers.Protocols;

namespace Microservices.Testing.Tests.Benchmarks;

/// <summary>What clients of other servers understand: a message that is missed or counted twice would make a figure wrong in silence.</summary>
public sealed class WireTests
{
    [Fact]
    public void NatsTryRead_ServerTalk_FindsEachOperation()
    {
        var talk = "INFO {\"max_payload\":1}\r\n+OK\r\nMSG all 1 5\r\nA\r\nBC\r\nMSG all 1 reply 0\r\n\r\nPING\r\nPONG\r\n-ERR 'no'\r\nHELLO\r\nMSG all 1 x\r\n"u8.ToArray();

        Assert.Equal(
            "Nothing,Nothing,Message:A\r\nBC,Message:,Ping,Pong,Error,Unknown,Unknown",
            ReadAll(talk, static (ReadOnlySpan<byte> bytes, out string what) =>
            {
                var read = NatsWire.TryRead(bytes, out var operation, out var payload);
                what = operation == NatsOperation.Message ? $"{operation}:{Encoding.ASCII.GetString(payload)}" : $"{operation}";
                return read;
            }));
    }

    [Fact]
    public void NatsPublish_Payload_IsAMessageOfItsLength() =>
        Assert.Equal("PUB all 5\r\nhello\r\n", Encoding.ASCII.GetString(NatsWire.Publish("hello"u8)));

    [Fact]
    public void MqttTryRead_ServerTalk_FindsEachPacket()
    {
        byte[] talk = [0x20, 2, 0, 0, 0x90, 3, 0, 1, 0, .. MqttWire.Publish(new byte[128]), 0xD0, 0];

        // 128 of payload, 2 + 3 of the topic: over 127, so that the length takes two bytes.
        Assert.Equal("32:2,144:3,48:133,208:0", ReadAll(talk, static (ReadOnlySpan<byte> bytes, out string what) =>
        {
            var read = MqttWire.TryRead(bytes, out var kind, out var body);
            what = $"{kind}:{body.Length}";
            return read;
        }));
    }

    [Fact]
    public void MqttTryRead_LengthOfFiveBytes_IsRefused() => Assert.Equal(-1, MqttWire.TryRead([0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1], out _, out _));

    [Fact]
    public void MqttConnect_Name_IsWhatTheSpecificationSays() =>
        Assert.Equal([0x10, 14, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 0, 0, 2, (byte)'c', (byte)'1'], MqttWire.Connect("c1"));

    [Fact]
    public void SignalRTryRead_ServerTalk_FindsEachRecord()
    {
        var talk = "{}\u001e{\"type\":1,\"target\":\"push\",\"arguments\":[\"a\"]}\u001e{\"type\":6}\u001e{\"type\":7}\u001e{\"error\":\"no\"}\u001e"u8.ToArray();

        Assert.Equal("Welcome,Invocation,Ping,Other,Other", ReadAll(talk, static (ReadOnlySpan<byte> bytes, out string what) =>
        {
            var read = SignalRWire.TryRead(bytes, out var record);
            what = $"{SignalRWire.KindOf(record)}";
            return read;
        }));
    }

    private delegate int Reader(ReadOnlySpan<byte> bytes, out string what);

    // As it comes, and byte by byte: what isn't complete is not taken.
    private static string ReadAll(byte[] talk, Reader read)
    {
        var (whole, split) = (new List<string>(), new List<string>());
        for (var at = 0; at < talk.Length;)
        {
            at += read(talk.AsSpan(at), out var what);
            whole.Add(what);
        }

        for (var (from, to) = (0, 1); to <= talk.Length; to++)
        {
            if (read(talk.AsSpan(from, to - from), out var what) is > 0 and var consumed)
            {
                from += consumed;
                split.Add(what);
            }
        }

        Assert.Equal(whole, split);
        return string.Join(',', whole);
    }
}
