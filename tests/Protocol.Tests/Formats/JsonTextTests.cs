using System.Text;
using System.Text.Json;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests.Formats;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("你好 😀 𠮷 <&'>", "你好 😀 𠮷 <&'>")]
    [InlineData("a\"b\\c/d", "a\\\"b\\\\c/d")]
    [InlineData("\n\r\t\b\0\u001f\u007f", "\\n\\r\\t\\u0008\\u0000\\u001f\u007f")]
    public void Write_Text_EscapesOnlyWhatJsonDemands(string text, string expected) =>
        Assert.Equal($$"""{"reason":"{{expected}}"}""", Samples.Json(new Goodbye { Reason = text }));

    [Fact]
    public void Write_EveryCharacter_IsReadBackByTheStandardParser()
    {
        var text = new StringBuilder();
        for (var scalar = 0; scalar <= 0x10FFFF; scalar += scalar < 0x3000 ? 1 : 257)
        {
            if (Rune.IsValid(scalar))
            {
                text.Append(new Rune(scalar));
            }
        }

        using var parsed = JsonDocument.Parse(Samples.Json(new Goodbye { Reason = text.ToString() }));

        Assert.Equal(text.ToString(), parsed.RootElement.GetProperty("reason").GetString());
    }

    [Fact]
    public void Write_HalfOfASurrogatePair_IsReplaced() =>
        Assert.Equal("{\"reason\":\"\ufffd!\"}", Samples.Json(new Goodbye { Reason = "\ud83d!" }));

    [Fact]
    public void Write_LargestNumbers_AreDigits() =>
        Assert.Equal(
            """{"epoch":18446744073709551615,"payload_base64":"","expires":-9223372036854775808}""",
            Samples.Json(new PushDelivery { Epoch = ulong.MaxValue, Expires = long.MinValue }));
}
