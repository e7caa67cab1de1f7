using Microservices.Cli.Chat;

namespace Microservices.Cli.Tests.Chat;

public sealed class ChatLineTests
{
    [Theory]
    [InlineData("bob hello", "bob", "hello")]
    [InlineData("  bob   hello  there ", "bob", "hello  there")]
    [InlineData("bob\thello", "bob", "hello")]
    [InlineData("@bob hello", "bob", "hello")]
    [InlineData("@bob, hello", "bob", "hello")]
    [InlineData("@bob,carol hi", "bob|carol", "hi")]
    [InlineData("a,b hi", "a,b", "hi")]
    [InlineData("all hi", "all", "hi")]
    [InlineData("bob @all /quit", "bob", "@all /quit")]
    public void Parse_UserAndText_GoesToThem(string line, string users, string text)
    {
        var to = Assert.IsType<ChatLine.To>(ChatLine.Parse(line));

        Assert.Equal(users.Split('|'), to.Users);
        Assert.Equal(text, to.Text);
    }

    [Fact]
    public void Parse_All_GoesToAll() => Assert.Equal(new ChatLine.ToAll("hi all"), ChatLine.Parse("@all hi all"));

    [Theory]
    [InlineData("/quit")]
    [InlineData(" /quit ")]
    public void Parse_Quit_Ends(string line) => Assert.IsType<ChatLine.Quit>(ChatLine.Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void Parse_Nothing_IsNothing(string line) => Assert.IsType<ChatLine.Nothing>(ChatLine.Parse(line));

    [Theory]
    [InlineData("bob", "There is no text for bob")]
    [InlineData("@all", "There is no text for @all")]
    [InlineData("@, hi", "There is no user")]
    [InlineData("/help me", "There is no /help")]
    public void Parse_AnythingElse_SaysWhatToType(string line, string hint) =>
        Assert.StartsWith(hint, Assert.IsType<ChatLine.NotUnderstood>(ChatLine.Parse(line)).Hint, StringComparison.Ordinal);
}
