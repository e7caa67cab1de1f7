using Microservices.Center.ApiKeys;
using Microservices.Center.Console.Pages;
using Microservices.Center.Console.Sessions;
using Microservices.Center.Refusals;

namespace Microservices.Center.Console.Login;

/// <summary>Log in with an API key, log out. A wrong key counts like a wrong key of a call.</summary>
internal static class LoginEndpoints
{
    public static void Map(RouteGroupBuilder console)
    {
        console.MapGet("/login", Show).WithMetadata(new OpenToAll());
        console.MapPost("/login", LogIn).WithMetadata(new OpenToAll());
        console.MapPost("/logout", LogOut);
    }

    private static IResult Show(HttpContext context, Visit visit, LoginView view)
    {
        if (visit.Session is not null)
        {
            return Redirects.SeeOther(ConsolePaths.Send);
        }

        view.Notice = context.Request.Query.ContainsKey("ended") ? visit.Texts.SessionEnded
            : context.Request.Query.ContainsKey("out") ? visit.Texts.LoggedOut
            : "";
        return visit.Page<LoginPage>(context);
    }

    private static IResult LogIn(
        HttpContext context, Visit visit, LoginView view, ApiKeyDoor door, ApiKeyRing keys, SessionCookie sessions, ConsoleMetrics metrics, ILogger<LoginPage> logger)
    {
        var text = visit.Form["key"].ToString().Trim();
        if (text.Length == 0)
        {
            view.Fault = visit.Texts.KeyMissing;
            return visit.Page<LoginPage>(context, StatusCodes.Status400BadRequest);
        }

        try
        {
            var key = door.Enter($"Bearer {text}", context.Connection.RemoteIpAddress, "console login");
            sessions.End(context, visit.Session);
            sessions.Begin(context, key);
            metrics.LoggedIn(true);
            Log.LoggedIn(logger, key.Id, context.Connection.RemoteIpAddress);
            return Redirects.SeeOther(ConsolePaths.Send);
        }
        catch (RefusedException refused)
        {
            metrics.LoggedIn(false);
            var isTooMany = refused.Code == RefusalCode.RateLimited;

            // The ring knows it although the door refused it: it has expired, which only who holds it learns.
            view.Fault = isTooMany ? visit.Texts.TooManyKeys
                : keys.Find(text) is not null ? visit.Texts.KeyExpired
                : visit.Texts.KeyWrong;
            return visit.Page<LoginPage>(context, isTooMany ? StatusCodes.Status429TooManyRequests : StatusCodes.Status401Unauthorized);
        }
    }

    private static IResult LogOut(HttpContext context, Visit visit, SessionCookie sessions, ILogger<LoginPage> logger)
    {
        Log.LoggedOut(logger, visit.Session!.Key.Id);
        sessions.End(context, visit.Session);
        return Redirects.SeeOther($"{ConsolePaths.Login}?out=1");
    }
}
