using Microservices.Center.Console.Languages;
using Microservices.Center.Console.Sessions;
using Microservices.Center.Refusals;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Console.Pages;

/// <summary>Before every page: headers, language, login, and of a form its size and its token. Behind it: what a page throws becomes a page.</summary>
internal sealed class Gate(
    SessionCookie sessions, IAntiforgery forgery, FaultJudge judge, IOptions<ConsoleOptions> options, ConsoleMetrics metrics, ILogger<Gate> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var visit = Begin(context);
        try
        {
            if (visit.Session is null && context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is null)
            {
                return ToLogin(context);
            }

            return HttpMethods.IsPost(context.Request.Method) && await RefuseFormAsync(context, visit) is { } refused
                ? refused
                : await next(invocation);
        }
        catch (Exception fault) when (!context.RequestAborted.IsCancellationRequested)
        {
            var refused = judge.Judge(fault, "console");
            visit.FaultText = visit.Texts.OfCode(refused.Code.Name);
            return visit.Page<FaultPage>(context, refused.Code == RefusalCode.InternalError
                ? StatusCodes.Status500InternalServerError
                : StatusCodes.Status503ServiceUnavailable);
        }
    }

    private Visit Begin(HttpContext context)
    {
        PageHeaders.Set(context.Response);
        if (options.Value.BehindTls)
        {
            context.Request.Scheme = Uri.UriSchemeHttps;
        }

        var visit = context.RequestServices.GetRequiredService<Visit>();
        visit.Language = LanguageChoice.Of(context.Request);
        visit.Session = sessions.Find(context);
        visit.Path = visit.Session is null ? ConsolePaths.Login : ConsolePaths.Send;
        return visit;
    }

    // A script asks for a part of a page: it is told by the status.
    private static IResult ToLogin(HttpContext context) =>
        context.Request.Path.StartsWithSegments(ConsolePaths.People, StringComparison.Ordinal) ? Results.StatusCode(StatusCodes.Status401Unauthorized)
        : context.Request.Cookies.ContainsKey(SessionCookie.Name) ? Redirects.SeeOther($"{ConsolePaths.Login}?ended=1")
        : Redirects.SeeOther(ConsolePaths.Login);

    /// <summary>Null: it is a form of ours.</summary>
    private async Task<IResult?> RefuseFormAsync(HttpContext context, Visit visit)
    {
        if (await FormReading.ReadAsync(context, options.Value.MaxFormBytes) is not { } form)
        {
            metrics.Refused("too_large");
            visit.FaultTitle = visit.Texts.FormTooLargeTitle;
            visit.FaultText = Texts.Fill(visit.Texts.FormTooLargeText, options.Value.MaxFormBytes / 1024);
            return visit.Page<FaultPage>(context, StatusCodes.Status413PayloadTooLarge);
        }

        if (!await forgery.IsRequestValidAsync(context))
        {
            metrics.Refused("forgery");
            Log.Forged(logger, context.Connection.RemoteIpAddress);
            visit.FaultTitle = visit.Texts.FormExpiredTitle;
            visit.FaultText = visit.Texts.FormExpiredText;
            return visit.Page<FaultPage>(context, StatusCodes.Status400BadRequest);
        }

        visit.Form = form;
        return null;
    }
}
