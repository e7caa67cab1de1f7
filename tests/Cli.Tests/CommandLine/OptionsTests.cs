using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Tests.CommandLine;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("30", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    public void TryParseSpan_Time_IsRead(string text, double milliseconds)
    {
        Assert.True(Options.TryParseSpan(text, out var span));

        Assert.Equal(milliseconds, span.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("0")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("1e3s")]
    [InlineData("1,5s")]
    [InlineData("169h")]
    [InlineData("99999999999999999999h")]
    public void TryParseSpan_NoTime_IsRefused(string text) => Assert.False(Options.TryParseSpan(text, out _));
}
