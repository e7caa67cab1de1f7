using Microservices.Center.Console.Languages;
using Microservices.Center.Console.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Microservices.Center.Console.Pages;

/// <summary>One request for a page: who, in which language, with which form. Made by the <see cref="Gate"/>; pages read it.</summary>
internal sealed class Visit(IAntiforgery forgery)
{
    private AntiforgeryTokenSet? _token;

    public Language Language { get; set; } = Language.English;

    public Texts Texts => Language.Texts;

    /// <summary>Null: nobody has logged in.</summary>
    public ConsoleSession? Session { get; set; }

    /// <summary>What was posted, its token checked; empty for other requests.</summary>
    public IFormCollection Form { get; set; } = FormCollection.Empty;

    /// <summary>Where the visitor is, to come back to after a change of language.</summary>
    public string Path { get; set; } = ConsolePaths.Login;

    /// <summary>Of <see cref="FaultPage"/>; empty = the general one.</summary>
    public string FaultTitle { get; set; } = "";

    public string FaultText { get; set; } = "";

    public string TokenField => _token?.FormFieldName ?? "";

    public string Token => _token?.RequestToken ?? "";

    /// <summary>A page. Its forms get their token now, since that may need a cookie.</summary>
    public IResult Page<TPage>(HttpContext context, int status = StatusCodes.Status200OK)
        where TPage : IComponent
    {
        _token = forgery.GetAndStoreTokens(context);
        return new RazorComponentResult<TPage> { StatusCode = status, PreventStreamingRendering = true };
    }
}
