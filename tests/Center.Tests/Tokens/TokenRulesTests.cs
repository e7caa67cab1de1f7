using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Center.Tokens;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tests.Tokens;

public sealed class TokenRulesTests
{
    [Theory]
    [InlineData("", "0123456789abcdef", "user: user is empty; it takes 1 to 128 bytes.")]
    [InlineData("a", "0123456789abcde", "token: it has 15 characters; it takes 16 to 512, or none to have one made.")]
    [InlineData("a", "0123456789abcde ", "token: it has a character that is not visible ASCII.")]
    [InlineData("a", "0123456789abcdeä", "token: it has a character that is not visible ASCII.")]
    public void Check_Fault_NamesFieldValueAndLimit(string user, string token, string sentence) =>
        Refused.With(RefusalCode.InvalidArgument, sentence, () => TokenRules.Check(new IssueTokenRequest { User = user, Token = token }));

    [Fact]
    public void Check_TooLongToken_NamesTheLimit() =>
        Refused.With(
            RefusalCode.InvalidArgument,
            "token: it has 513 characters; it takes 16 to 512, or none to have one made.",
            () => TokenRules.Check(new IssueTokenRequest { User = "a", Token = new string('t', 513) }));

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef")]
    public void Check_GoodToken_Passes(string token) => TokenRules.Check(new IssueTokenRequest { User = "a", Token = token });
}
