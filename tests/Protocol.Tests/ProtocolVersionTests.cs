namespace Microservices.Protocol.Tests;

public sealed class ProtocolVersionTests
{
    [Theory]
    [InlineData(0u, BodyFormat.Json), InlineData(1u, BodyFormat.Json), InlineData(2u, BodyFormat.Protobuf)]
    [InlineData(100u, BodyFormat.Json), InlineData(1100u, BodyFormat.Json), InlineData(uint.MaxValue, BodyFormat.Json)]
    public void FormatOf_SpokenVersion_ReturnsFormat(uint version, BodyFormat format) => Assert.Equal(format, ProtocolVersion.FormatOf(version));

    [Theory]
    [InlineData(3u), InlineData(50u), InlineData(99u)]
    public void FormatOf_ReservedVersion_ThrowsUnsupportedVersion(uint version)
    {
        var fault = Assert.Throws<ProtocolException>(() => ProtocolVersion.FormatOf(version));

        Assert.Equal(Code.UnsupportedVersion, fault.Code);
        Assert.False(ProtocolVersion.IsSupported(version));
    }
}
