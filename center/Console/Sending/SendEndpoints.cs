using Microservices.Center.ApiKeys;
using Microservices.Center.Apps;
using Microservices.Center.Console.Languages;
using Microservices.Center.Console.Pages;
using Microservices.Center.Push;
using Microservices.Center.Refusals;

namespace Microservices.Center.Console.Sending;

/// <summary>The page from which a person sends a message.</summary>
internal sealed class SendEndpoints(
    AppCatalog apps, PeopleList people, MessageSender sender, FaultJudge judge, TimeProvider time)
{
    private const string FavouriteApp = "default";

    public static void Map(RouteGroupBuilder console)
    {
        console.MapGet("/send", static (HttpContext context, Visit visit, SendView view, SendEndpoints pages) => pages.ShowAsync(context, visit, view));
        console.MapPost("/send", static (HttpContext context, Visit visit, SendView view, SendEndpoints pages) => pages.SendAsync(context, visit, view));
        console.MapPost("/send/look", static (HttpContext context, Visit visit, SendView view, SendEndpoints pages) => pages.LookAsync(context, visit, view));
        console.MapGet("/send/people", static (HttpContext context, Visit visit, SendView view, SendEndpoints pages) => pages.ListAsync(context, visit, view));
    }

    private async Task<IResult> ShowAsync(HttpContext context, Visit visit, SendView view)
    {
        await FillAsync(context, visit, view, new SendForm { App = context.Request.Query["app"].ToString() });
        return visit.Page<SendPage>(context);
    }

    /// <summary>Another app, page or language, or a search: everything else stays as it was filled in.</summary>
    private async Task<IResult> LookAsync(HttpContext context, Visit visit, SendView view)
    {
        LanguageEndpoints.Take(context, visit);
        await FillAsync(context, visit, view, SendForm.Read(visit.Form));
        return visit.Page<SendPage>(context);
    }

    private async Task<IResult> ListAsync(HttpContext context, Visit visit, SendView view)
    {
        var query = context.Request.Query;
        await FillAsync(context, visit, view, new SendForm
        {
            App = query["app"].ToString(),
            Search = query["search"].ToString().Trim(),
            Cursor = query["go"].ToString(),
        });
        return visit.Page<PeopleTable>(context);
    }

    private async Task<IResult> SendAsync(HttpContext context, Visit visit, SendView view)
    {
        var form = SendForm.Read(visit.Form);
        var status = StatusCodes.Status200OK;
        if (!form.IsComplete)
        {
            view.IsChecked = true;
            status = StatusCodes.Status422UnprocessableEntity;
        }
        else
        {
            try
            {
                var (reply, isRepeated) = await sender.SendAsync(visit.Session!, form);
                view.Outcome = SendOutcome.Of(form, reply) with { IsRepeated = isRepeated };
                form = view.Outcome.IsSuccess ? form.Cleared() : form;
            }
            catch (Exception fault)
            {
                var refused = judge.Judge(fault, "console send");
                view.Fault = visit.Texts.OfCode(refused.Code.Name);
                status = refused.Code == RefusalCode.InternalError ? StatusCodes.Status500InternalServerError
                    : refused.Code == RefusalCode.TryLater ? StatusCodes.Status503ServiceUnavailable
                    : StatusCodes.Status422UnprocessableEntity;
            }
        }

        await FillAsync(context, visit, view, form);
        return visit.Page<SendPage>(context, status);
    }

    private async Task FillAsync(HttpContext context, Visit visit, SendView view, SendForm form)
    {
        var key = visit.Session!.Key;
        string[] names = [.. apps.Names];
        view.AreAppsKnown = names.Length > 0;
        view.Apps = [.. names.Where(key.IsFor)];
        if (!view.Apps.Contains(form.App))
        {
            // Another app's page of the list is none of this one.
            form = form with { App = view.Apps.Contains(FavouriteApp) ? FavouriteApp : view.Apps.Count > 0 ? view.Apps[0] : "", Cursor = "" };
        }

        view.Form = form;
        view.Now = time.GetUtcNow();
        view.MaySend = key.Allows(ApiScope.Push);
        view.MaySee = key.Allows(ApiScope.Presence);
        if (form.App.Length > 0)
        {
            var app = await apps.FindAsync(form.App, context.RequestAborted);
            view.MaxBytes = app is { MaxPayloadBytes: > 0 } ? app.MaxPayloadBytes : PushLimits.DefaultMaxPayloadBytes;
            view.People = view.MaySend && view.MaySee ? await ReadPeopleAsync(context, visit, key, form) : view.People;
        }
    }

    // Without the list the page is still good for typed names.
    private async Task<PeoplePage> ReadPeopleAsync(HttpContext context, Visit visit, ApiKey key, SendForm form)
    {
        try
        {
            return await people.ReadAsync(key, form.App, form.Search, form.Cursor, context.RequestAborted);
        }
        catch (Exception fault) when (!context.RequestAborted.IsCancellationRequested)
        {
            var refused = judge.Judge(fault, "console people");
            return new PeoplePage([]) { Fault = $"{visit.Texts.ListFailed} {visit.Texts.OfCode(refused.Code.Name)}" };
        }
    }
}
