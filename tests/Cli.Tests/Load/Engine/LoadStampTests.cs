using System.Text;
using Microservices.Cli.Load.Engine;

namespace Microservices.Cli.Tests.Load.Engine;

public sealed class LoadStampTests
{
    [Fact]
    public void Write_IsTextThatTheFormatNames()
    {
        var stamp = new byte[LoadStamp.Bytes];

        LoadStamp.Write(stamp, 0x1234_5678_9abc);

        Assert.Equal("~t0000123456789abc", Encoding.ASCII.GetString(stamp));
    }

    [Theory]
    [InlineData("~t00000000000000ff", 255)]
    [InlineData("{\"a\":\"~t00000000000000ff...\"}", 255)]
    [InlineData("~t12 ~t~t00000000000000ff", 255)]
    public void TryRead_Anywhere_IsFound(string frame, long expected)
    {
        Assert.True(LoadStamp.TryRead(Encoding.UTF8.GetBytes(frame), out var nanoseconds));

        Assert.Equal(expected, nanoseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("~t")]
    [InlineData("~t00000000000000f")]
    [InlineData("~t0000000000000zff")]
    [InlineData("t~00000000000000ff")]
    public void TryRead_NoneOrPart_IsNot(string frame) => Assert.False(LoadStamp.TryRead(Encoding.UTF8.GetBytes(frame), out _));
}
