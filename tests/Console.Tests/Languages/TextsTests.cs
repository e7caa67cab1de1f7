using System.Reflection;
using System.Text.RegularExpressions;
using Microservices.Center.Console.Languages;
using Microservices.Center.Refusals;

namespace Microservices.Console.Tests.Languages;

/// <summary>Both languages say everything.</summary>
public sealed partial class TextsTests
{
    private static readonly PropertyInfo[] All = [.. typeof(Texts).GetProperties().Where(static text => text.PropertyType == typeof(string))];

    [Fact]
    public void Texts_AreThereInBothLanguages()
    {
        Assert.True(All.Length > 80, $"{All.Length} texts");
        foreach (var text in All)
        {
            var (english, chinese) = (Of(text, Texts.English), Of(text, Texts.Chinese));
            Assert.False(string.IsNullOrWhiteSpace(english), text.Name);
            Assert.True(Han().IsMatch(chinese), $"{text.Name} is not Chinese: {chinese}");
            Assert.False(Han().IsMatch(english), $"{text.Name} is not English: {english}");
        }
    }

    [Fact]
    public void Texts_HaveTheSameFieldsInBothLanguages() =>
        Assert.All(All, static text => Assert.Equal(Fields(Of(text, Texts.English)), Fields(Of(text, Texts.Chinese))));

    [Fact]
    public void Codes_ThatAPushMayHave_HaveWordsOfTheirOwn()
    {
        RefusalCode[] known =
        [
            RefusalCode.UnknownApp, RefusalCode.Forbidden, RefusalCode.InvalidArgument, RefusalCode.TooManyRecipients, RefusalCode.PayloadTooLarge,
            RefusalCode.RateLimited, RefusalCode.RoomGone, RefusalCode.TryLater, RefusalCode.Unauthenticated, RefusalCode.InboxFull, RefusalCode.KeyReused,
        ];

        foreach (var texts in new[] { Texts.English, Texts.Chinese })
        {
            Assert.Equal(known.Length, known.Select(code => texts.OfCode(code.Name)).Except([texts.CodeOther]).Distinct().Count());
        }
    }

    [Fact]
    public void Required_IsWordForWordInChinese() =>
        Assert.Equal(("信息不完整", "发送成功"), (Texts.Chinese.Incomplete, Texts.Chinese.Success));

    private static string Of(PropertyInfo text, Texts texts) => (string)text.GetValue(texts)!;

    private static string Fields(string text) => string.Join(' ', Field().Matches(text).Select(static field => field.Value).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Han();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Field();
}
