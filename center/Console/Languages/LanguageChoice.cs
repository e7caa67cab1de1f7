namespace Microservices.Center.Console.Languages;

/// <summary>The language of a visitor: as chosen before, otherwise as the browser asks for, otherwise English.</summary>
internal static class LanguageChoice
{
    public const string Cookie = "console-language";

    private static readonly TimeSpan RememberedFor = TimeSpan.FromDays(365);

    public static Language Of(HttpRequest request) => Language.Find(request.Cookies[Cookie]) ?? Asked(request) ?? Language.English;

    public static void Remember(HttpContext context, Language language) => context.Response.Cookies.Append(Cookie, language.Code, new CookieOptions
    {
        Path = ConsolePaths.Root,
        MaxAge = RememberedFor,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
    });

    // "zh-TW;q=0.9, en;q=0.5": by weight, by language without its region.
    private static Language? Asked(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .Where(static wanted => wanted.Quality is not 0)
        .OrderByDescending(static wanted => wanted.Quality ?? 1)
        .Select(static wanted => Language.Find(wanted.Value.ToString().Split('-')[0].ToLowerInvariant()))
        .FirstOrDefault(static language => language is not null);
}
