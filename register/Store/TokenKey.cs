namespace Microservices.Register.Store;

/// <summary>Where login systems write a user's token: a Redis hash, field <c>token</c>. The user stands in the key as it is: other systems write it.</summary>
internal static class TokenKey
{
    public const string DefaultApp = "default";
    public const string Field = "token";

    public static string Of(string app, string user) => app == DefaultApp ? $"user:{user}" : $"user:{app}:{user}";

    /// <summary>
    /// The app whose token <paramref name="user"/> of the app <c>default</c> would name: <c>shop:ann</c> of <c>default</c> and <c>ann</c> of
    /// <c>shop</c> have one key. Null when there is no such ambiguity.
    /// </summary>
    public static string? AppNamedBy(string app, string user)
    {
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        return app == DefaultApp && colon > 0 && user[..colon] != DefaultApp ? user[..colon] : null;
    }
}
