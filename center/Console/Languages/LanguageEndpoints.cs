using Microservices.Center.Console.Pages;

namespace Microservices.Center.Console.Languages;

/// <summary>The switch of languages without a script.</summary>
internal static class LanguageEndpoints
{
    public static void Map(RouteGroupBuilder console) => console.MapPost("/language", Change).WithMetadata(new OpenToAll());

    /// <summary>Takes the language of a form, if it has one that there is, for this answer and later ones.</summary>
    public static void Take(HttpContext context, Visit visit)
    {
        if (Language.Find(visit.Form["language"]) is { } language)
        {
            visit.Language = language;
            LanguageChoice.Remember(context, language);
        }
    }

    private static IResult Change(HttpContext context, Visit visit)
    {
        Take(context, visit);
        return Redirects.SeeOther(visit.Path);
    }
}
