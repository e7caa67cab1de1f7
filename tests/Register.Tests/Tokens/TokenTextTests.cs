using Microservices.Register.Store;
using Microservices.Register.Tokens;

namespace Microservices.Register.Tests.Tokens;

public sealed class TokenTextTests
{
    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("abc", "abd", false)]
    [InlineData("abc", "abcd", false)]
    [InlineData("abc", "", false)]
    [InlineData("", "", false)]
    [InlineData(null, "", false)]
    [InlineData(null, "abc", false)]
    public void IsSame_ComparesWholeTokens(string? stored, string given, bool expected) => Assert.Equal(expected, TokenText.IsSame(stored, given));

    [Theory]
    [InlineData("default", "13800000001", "user:13800000001")]
    [InlineData("default", "{a}:b", "user:{a}:b")]
    [InlineData("shop", "x:y", "user:shop:x:y")]
    public void Key_IsAsLoginSystemsWriteIt(string app, string user, string key) => Assert.Equal(key, TokenKey.Of(app, user));

    [Theory]
    [InlineData("default", "shop:ann", "shop")]
    [InlineData("default", "shop:x:y", "shop")]
    [InlineData("default", ":ann", null)]
    [InlineData("default", "default:ann", null)]
    [InlineData("default", "ann", null)]
    [InlineData("shop", "other:ann", null)]
    public void AppNamedBy_IsThePartBeforeTheFirstColon(string app, string user, string? named) => Assert.Equal(named, TokenKey.AppNamedBy(app, user));
}
