using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microservices.Center.Console.Assets;
using Microservices.Center.Console.Languages;
using Microservices.Center.Console.Login;
using Microservices.Center.Console.Pages;
using Microservices.Center.Console.Sending;
using Microservices.Center.Console.Sessions;
using Microservices.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;

namespace Microservices.Center.Console;

/// <summary>The pages for people.</summary>
internal static class ConsoleComposition
{
    private const string FormCookie = "console-form";

    public static void AddConsole(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<ConsoleOptions, ConsoleOptionsValidator>(ConsoleOptions.Section);
        services.AddSingleton<ConsoleMetrics>();

        // What seals cookies and forms.
        var protection = services.AddDataProtection().SetApplicationName("Microservices.Center.Console");
        if (builder.Configuration.GetSection(ConsoleOptions.Section)[nameof(ConsoleOptions.KeysFolder)] is { Length: > 0 } folder)
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(folder));
        }
        else
        {
            protection.UseEphemeralDataProtectionProvider();
        }

        services.AddSingleton<SessionCookie>();
        services.AddSingleton<IAntiforgeryAdditionalDataProvider, FormOfSession>();
        services.AddAntiforgery(static options =>
        {
            options.Cookie.Name = FormCookie;
            options.Cookie.Path = ConsolePaths.Root;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.HttpOnly = true;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.FormFieldName = "token";

            // The header of every page says DENY.
            options.SuppressXFrameOptionsHeader = true;
        });

        // What makes pages. Letters of all languages stand in them as they are.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddRazorComponents();
        services.AddSingleton<Gate>();
        services.AddScoped<Visit>();
        services.AddScoped<LoginView>();
        services.AddScoped<SendView>();

        services.AddSingleton<PeopleList>();
        services.AddSingleton<MessageSender>();
        services.AddSingleton<SendEndpoints>();
    }

    public static void MapConsole(this WebApplication app)
    {
        ConsoleAssets.Map(app);
        app.MapGet("/", static () => Redirects.SeeOther(ConsolePaths.Send)).RequireListener(Listeners.Http);

        var gate = app.Services.GetRequiredService<Gate>();
        var console = app.MapGroup(ConsolePaths.Root).RequireListener(Listeners.Http).AddEndpointFilter(gate);
        console.MapGet("/", static () => Redirects.SeeOther(ConsolePaths.Send));
        LanguageEndpoints.Map(console);
        LoginEndpoints.Map(console);
        SendEndpoints.Map(console);
        console.MapFallback("{*path}", static (HttpContext context, Visit visit) =>
        {
            (visit.FaultTitle, visit.FaultText) = (visit.Texts.NotFoundTitle, visit.Texts.NotFoundText);
            return visit.Page<FaultPage>(context, StatusCodes.Status404NotFound);
        });
    }
}
