using Microservices.Cli.Output;

namespace Microservices.Cli.Tests.Output;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("zoë 北京 👩‍👩‍👧", "zoë 北京 👩‍👩‍👧")]
    [InlineData("[red]not markup[/]", "[red]not markup[/]")]
    [InlineData("a\u001b[2Jb", "a\\u{1b}[2Jb")]
    [InlineData("a\r\nb", "a\\u{d}\\u{a}b")]
    [InlineData("a\u202eb", "a\\u{202e}b")]
    [InlineData("a\u009bb", "a\\u{9b}b")]
    public void Of_TextOfStrangers_CannotControlTheTerminal(string text, string expected) => Assert.Equal(expected, Printable.Of(text));

    [Fact]
    public void Of_HalfASurrogate_DoesNotThrow() => Assert.Equal("a\ud83d", Printable.Of("a\ud83d"));
}
