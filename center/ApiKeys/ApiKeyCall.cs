using Grpc.Core;
using Microservices.Center.Refusals;
using Microservices.Contracts;

namespace Microservices.Center.ApiKeys;

/// <summary>What the key of a call allows.</summary>
internal static class ApiKeyCall
{
    private static readonly object Slot = new();

    public static void SetKey(ServerCallContext context, ApiKey key) => context.UserState[Slot] = key;

    /// <summary>The key, which has <paramref name="scope"/>.</summary>
    public static ApiKey Require(this ServerCallContext context, string scope)
    {
        if (!context.UserState.TryGetValue(Slot, out var slot) || slot is not ApiKey key)
        {
            throw new InvalidOperationException($"{context.Method} was not authenticated.");
        }

        return key.Allows(scope)
            ? key
            : throw new RefusedException(RefusalCode.Forbidden, $"API key '{key.Id}' has no scope '{scope}'; it has: {string.Join(", ", key.Scopes)}.");
    }

    /// <summary>The key, which has <paramref name="scope"/> and is for <paramref name="app"/>, a well-formed name.</summary>
    /// <param name="field">What the request calls the app.</param>
    public static ApiKey Require(this ServerCallContext context, string scope, string app, string field = "app")
    {
        var key = context.Require(scope);
        if (Identifiers.FaultOfApp(app) is { } fault)
        {
            throw new RefusedException(RefusalCode.InvalidArgument, $"{field}: {fault}.");
        }

        return key.IsFor(app)
            ? key
            : throw new RefusedException(RefusalCode.Forbidden, $"API key '{key.Id}' is not for app '{app}'.");
    }

    /// <summary>The key, which has <paramref name="scope"/> and is for all apps.</summary>
    public static ApiKey RequireForAllApps(this ServerCallContext context, string scope)
    {
        var key = context.Require(scope);
        return key.ForAllApps
            ? key
            : throw new RefusedException(RefusalCode.Forbidden, $"API key '{key.Id}' is not for all apps, which this call needs.");
    }
}
