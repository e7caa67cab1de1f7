using Microservices.Center.Console.Sending;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Microservices.Console.Tests.Sending;

/// <summary>What a posted form means.</summary>
public sealed class SendFormTests
{
    [Fact]
    public void Read_TickedAndTyped_AreEachThereOnce()
    {
        var form = Read(("to", new("several")), ("user", new(["alice", "bob", "alice", ""])), ("names", new(" bob \r\n\r\n carol,dave\r\n")));

        Assert.Equal(["alice", "bob", "carol,dave"], form.Recipients);
    }

    [Fact]
    public void Read_Text_HasTheLinesThatWereTyped() => Assert.Equal("one\n\ntwo", Read(("text", new("one\r\n\r\ntwo"))).Text);

    [Fact]
    public void Read_Nothing_IsAnIncompleteFormWithAKey()
    {
        var form = Read();

        Assert.True(form is { IsComplete: false, LacksText: true, LacksRecipient: true, HasTooMany: false });
        Assert.Equal(22, form.Key.Length);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("with spaces and letters")]
    [InlineData("longer-than-any-key-that-a-page-has")]
    public void Read_KeyThatNoPageMade_IsReplaced(string key) => Assert.NotEqual(key, Read(("form", new(key))).Key);

    [Fact]
    public void Read_Everybody_HasNoRecipientsWhateverIsTicked()
    {
        var form = Read(("app", new("shop")), ("to", new("everybody")), ("user", new("alice")), ("text", new("to all")));

        Assert.True(form.IsComplete);
        Assert.Empty(form.Recipients);
    }

    [Fact]
    public void Digest_IsAnotherForEachPartThatIsAnother()
    {
        var form = new SendForm { App = "shop", To = Audience.Several, Ticked = ["a", "bc"], Text = "text" };
        SendForm[] others =
        [
            form with { App = "shop2" }, form with { To = Audience.One }, form with { Ticked = ["ab", "c"] }, form with { Ticked = ["a"] }, form with { Text = "text " },
            form with { IsKept = true }, form with { Names = "d" }, form with { To = Audience.Everybody },
        ];

        var digests = others.Append(form).Select(static one => one.Digest).ToArray();

        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(form.Digest, (form with { Search = "x", Cursor = "y" }).Digest);
    }

    private static SendForm Read(params (string Name, StringValues Value)[] fields) =>
        SendForm.Read(new FormCollection(fields.ToDictionary(static field => field.Name, static field => field.Value)));
}
