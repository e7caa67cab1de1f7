using Microservices.Center.Console.Pages;
using Microsoft.AspNetCore.Antiforgery;

namespace Microservices.Center.Console.Sessions;

/// <summary>Ties the token of a form to the login that it was made for: it is of no use before, after, or for another one.</summary>
internal sealed class FormOfSession : IAntiforgeryAdditionalDataProvider
{
    public string GetAdditionalData(HttpContext context) => SessionOf(context);

    public bool ValidateAdditionalData(HttpContext context, string additionalData) => additionalData == SessionOf(context);

    private static string SessionOf(HttpContext context) => context.RequestServices.GetRequiredService<Visit>().Session?.Id ?? "";
}
