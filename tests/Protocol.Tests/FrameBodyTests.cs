using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests;

public sealed class FrameBodyTests
{
    [Theory]
    [InlineData(1u), InlineData(2u)]
    public void Read_BodyInSegments_IsTheSame(uint version)
    {
        var bytes = Samples.Encode(Samples.VerifyResult, version);
        var header = new FrameHeader((uint)bytes.Length + Frame.HeaderBytes, version, Command.VerifyResult);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var result = FrameBody.Read<VerifyResult>(header, Segments.SplitAt(bytes, at));

            Assert.Equal(bytes, Samples.Encode(result, version));
        }

        Assert.Equal(bytes, Samples.Encode(FrameBody.Read<VerifyResult>(header, Segments.ByteByByte(bytes)), version));
    }

    [Fact]
    public void Read_ReservedVersion_ThrowsUnsupportedVersionAndNamesTheRange()
    {
        var fault = Assert.Throws<ProtocolException>(() => Samples.Decode<Verify>([], 7, Command.Verify));

        var error = Error.From(fault);

        Assert.Equal((Code.UnsupportedVersion, Command.Verify, 2u, 2u), (error.Code, error.Command, error.MinVersion, error.MaxVersion));
    }

    [Theory]
    [InlineData(Code.GoingAway, DirectiveAction.Reconnect), InlineData(Code.Overloaded, DirectiveAction.BackOff)]
    [InlineData(Code.Displaced, DirectiveAction.LogOut)]
    public void Closing_Code_SaysWhatTheClientDoes(Code code, string action)
    {
        var directive = Directive.Closing(code, "why", 7);

        Assert.Equal((action, code, CodeTable.NameOf(code), "why", 7u), (directive.Action, directive.Code, directive.Reason, directive.Message, directive.AfterMs));
    }
}
