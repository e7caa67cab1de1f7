namespace Microservices.Center.Console.Languages;

/// <summary>A language that the pages speak.</summary>
/// <param name="Code">In the cookie and the switch.</param>
/// <param name="Tag">For browsers and screen readers.</param>
/// <param name="Name">As its speakers write it.</param>
internal sealed record Language(string Code, string Tag, string Name, Texts Texts)
{
    public static readonly Language English = new("en", "en", "English", Texts.English);
    public static readonly Language Chinese = new("zh", "zh-CN", "中文", Texts.Chinese);

    public static IReadOnlyList<Language> All { get; } = [Chinese, English];

    public static Language? Find(string? code) => All.FirstOrDefault(language => language.Code == code);
}
