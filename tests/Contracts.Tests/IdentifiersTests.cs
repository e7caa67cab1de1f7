using Microservices.Contracts;

namespace Microservices.Contracts.Tests;

public sealed class IdentifiersTests
{
    [Theory]
    [InlineData("default")]
    [InlineData("a")]
    [InlineData("shop-2")]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345")]
    public void FaultOfApp_AllowedName_None(string app) => Assert.Null(Identifiers.FaultOfApp(app));

    [Theory]
    [InlineData("", "0 characters; it takes 1 to 32")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456", "33 characters; it takes 1 to 32")]
    [InlineData("Shop", "a character other than")]
    [InlineData("shop:1", "a character other than")]
    [InlineData("shop\n", "a character other than")]
    public void FaultOfApp_Forbidden_SaysWhy(string app, string expected) => Assert.Contains(expected, Identifiers.FaultOfApp(app));

    [Theory]
    [InlineData("13800000001")]
    [InlineData("张三")]
    [InlineData("a b{}:%*")]
    public void FaultOfName_AllowedName_None(string name) => Assert.Null(Identifiers.FaultOfName("user", name));

    [Theory]
    [InlineData("", "user is empty")]
    [InlineData("a\u0000b", "control character")]
    [InlineData("a\r\nb", "control character")]
    [InlineData("\u007f", "control character")]
    [InlineData("\u0085", "control character")]
    public void FaultOfName_Forbidden_SaysWhy(string name, string expected) => Assert.Contains(expected, Identifiers.FaultOfName("user", name));

    [Fact]
    public void FaultOfName_LoneSurrogate_Refused() => Assert.Contains("well-formed", Identifiers.FaultOfName("user", "a\ud800b"));

    [Fact]
    public void FaultOfName_BytesNotCharacters_AreCounted()
    {
        Assert.Null(Identifiers.FaultOfName("user", new string('張', 42)));
        Assert.Contains("129 bytes; it takes 1 to 128", Identifiers.FaultOfName("user", new string('張', 43)));
    }
}
