using Microservices.Contracts.Register;

namespace Microservices.Register.Apps;

/// <summary>The secrets in an app: written, and read by gateways only.</summary>
internal static class TokenSecrets
{
    /// <summary>The app without its secrets.</summary>
    public static App Without(App app)
    {
        if (app.Tokens is null || app.Tokens.Keys.All(static key => key.K.Length == 0))
        {
            return app;
        }

        var shown = app.Clone();
        foreach (var key in shown.Tokens.Keys)
        {
            key.K = "";
        }

        return shown;
    }

    public static AppList Without(AppList list) => new() { Apps = { list.Apps.Select(Without) }, Whole = list.Whole };

    /// <summary>A secret is left out: the stored one is meant.</summary>
    public static bool AreLeftOut(App app) => app.Tokens?.Keys.Any(IsLeftOut) ?? false;

    /// <summary>The app with the secrets that it leaves out, as far as <paramref name="stored"/> has them.</summary>
    public static App Complete(App app, App? stored)
    {
        var whole = app.Clone();
        foreach (var key in whole.Tokens.Keys.Where(IsLeftOut))
        {
            key.K = stored?.Tokens?.Keys.FirstOrDefault(one => one.Kid == key.Kid && one.Alg == key.Alg)?.K ?? "";
        }

        return whole;
    }

    private static bool IsLeftOut(SigningKey key) => key.Alg == TokenKeyRules.Hs256 && key.K.Length == 0;
}
