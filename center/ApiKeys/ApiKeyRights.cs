using Microservices.Center.Refusals;
using Microservices.Contracts;

namespace Microservices.Center.ApiKeys;

/// <summary>What the key of a call allows; each check throws a refusal.</summary>
internal static class ApiKeyRights
{
    /// <summary>The key, which has <paramref name="scope"/>.</summary>
    public static ApiKey Require(this ApiKey key, string scope) => key.Allows(scope)
        ? key
        : throw new RefusedException(RefusalCode.Forbidden, $"API key '{key.Id}' has no scope '{scope}'; it has: {string.Join(", ", key.Scopes)}.");

    /// <summary>The key, which has <paramref name="scope"/> and is for <paramref name="app"/>, a well-formed name.</summary>
    /// <param name="field">What the request calls the app.</param>
    public static ApiKey Require(this ApiKey key, string scope, string app, string field = "app")
    {
        key.Require(scope);
        if (Identifiers.FaultOfApp(app) is { } fault)
        {
            throw new RefusedException(RefusalCode.InvalidArgument, $"{field}: {fault}.");
        }

        return key.IsFor(app)
            ? key
            : throw new RefusedException(RefusalCode.Forbidden, $"API key '{key.Id}' is not for app '{app}'.");
    }

    /// <summary>The key, which has <paramref name="scope"/> and is for all apps.</summary>
    public static ApiKey RequireForAllApps(this ApiKey key, string scope) => key.Require(scope).ForAllApps
        ? key
        : throw new RefusedException(RefusalCode.Forbidden, $"API key '{key.Id}' is not for all apps, which this call needs.");
}
