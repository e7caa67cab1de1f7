using Google.Protobuf;
using Microservices.Protocol.Bodies;
using Contract = Microservices.Contracts.Client;

namespace Microservices.Protocol.Tests.Formats;

public sealed class ProtobufBodyTests
{
    [Theory]
    [InlineData("0a", "The protobuf body does not parse: it ends inside of a number.")]
    [InlineData("0a05 6162", "The protobuf body does not parse: it ends inside of a field.")]
    [InlineData("0aff ffff ff0f", "The protobuf body does not parse: it ends inside of a field.")]
    [InlineData("0aff ffff ffff ffff ffff 01", "The protobuf body does not parse: it ends inside of a field.")]
    [InlineData("ffff ffff ffff ffff ffff ff01", "The protobuf body does not parse: a number of more than 10 bytes.")]
    [InlineData("0000", "The protobuf body does not parse: a field number out of range.")]
    [InlineData("f3ff ffff 1f", "The protobuf body does not parse: a field number out of range.")]
    [InlineData("fb07", "The protobuf body does not parse: wire type 3.")]
    [InlineData("fc07", "The protobuf body does not parse: wire type 4.")]
    [InlineData("fe07", "The protobuf body does not parse: wire type 6.")]
    [InlineData("ff07", "The protobuf body does not parse: wire type 7.")]
    [InlineData("f907 01020304", "The protobuf body does not parse: it ends inside of a field.")]
    [InlineData("1801", "Field token: wire type 0; expected 2.")]
    [InlineData("3a01 01", "Field heartbeat_ms: wire type 2; expected 0.")]
    [InlineData("1a01 ff", "Field token: not well-formed UTF-8.")]
    public void Read_Malformed_NamesTheFault(string hex, string message)
    {
        var fault = Assert.Throws<ProtocolException>(() => Samples.Decode<Verify>(FrameDecoderTests.Hex(hex), 2, Command.Verify));

        Assert.Equal((Code.MalformedBody, message, Command.Verify), (fault.Code, fault.Message, fault.Command));
    }

    [Fact]
    public void Read_EveryTruncation_GivesBodyOrProtocolException()
    {
        var whole = Samples.Encode(Samples.VerifyResult, 2);
        for (var length = 0; length <= whole.Length; length++)
        {
            OnlyProtocolFaults<VerifyResult>(whole[..length]);
        }
    }

    [Fact]
    public void Read_RepeatedScalar_TakesTheLast()
    {
        var twice = Samples.Decode<Goodbye>([0x0A, 1, (byte)'a', 0x0A, 1, (byte)'b'], 2);

        Assert.Equal("b", twice.Reason);
    }

    [Fact]
    public void Read_RandomMutations_GivesBodyOrProtocolExceptionAndAgreesWithGoogle()
    {
        var random = new Random(11);
        byte[][] seeds = [Samples.Encode(Samples.Verify, 2), Samples.Encode(Samples.VerifyResult, 2), Samples.Encode(Samples.Push, 2), Samples.Encode(Samples.Page, 2), Samples.Encode(Samples.Ack, 2)];
        for (var round = 0; round < 3_000; round++)
        {
            byte[] body = [.. seeds[round % seeds.Length]];
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            body = body[..random.Next(body.Length + 1)];
            OnlyProtocolFaults<Verify>(body);
            OnlyProtocolFaults<VerifyResult>(body);
            OnlyProtocolFaults<PushDelivery>(body);
            OnlyProtocolFaults<Ack>(body);
            OnlyProtocolFaults<Fetch>(body);
            OnlyProtocolFaults<Page>(body);
            AgreesWithGoogle(body);
        }
    }

    // What Google's parser takes and we take too means the same; we refuse some that it takes (groups, wrong wire types).
    private static void AgreesWithGoogle(byte[] body)
    {
        if (Record.Exception(() => Contract.Verify.Parser.ParseFrom(body)) is null
            && Record.Exception(() => Samples.Decode<Verify>(body, 2)) is null)
        {
            var google = Contract.Verify.Parser.WithDiscardUnknownFields(true).ParseFrom(body).ToByteArray();
            Assert.Equal(Convert.ToHexString(google), Convert.ToHexString(Samples.Encode(Samples.Decode<Verify>(body, 2), 2)));
        }
    }

    private static void OnlyProtocolFaults<TBody>(byte[] body)
        where TBody : IBody<TBody>, new()
    {
        var fault = Record.Exception(() => Samples.Decode<TBody>(body, 2));
        Assert.True(fault is null or ProtocolException { Code: Code.MalformedBody }, $"{fault} for {Convert.ToHexString(body)}");
    }
}
