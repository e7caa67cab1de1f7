namespace Microservices.Center.ApiKeys;

/// <summary>What an API key allows.</summary>
public static class ApiScope
{
    /// <summary>Every scope, or every app.</summary>
    public const string All = "*";

    /// <summary>Send to clients.</summary>
    public const string Push = "push";

    /// <summary>Close sessions.</summary>
    public const string Kick = "kick";

    /// <summary>Ask who is online.</summary>
    public const string Presence = "presence";

    /// <summary>Issue and revoke the credentials of users.</summary>
    public const string Tokens = "tokens";

    /// <summary>Read and change apps.</summary>
    public const string Apps = "apps";

    /// <summary>See what is kept for users, and what became of it.</summary>
    public const string Messages = "messages";

    /// <summary>List the gateways; only with a key for all apps.</summary>
    public const string Rooms = "rooms";

    /// <summary>The scopes that exist, without <see cref="All"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [Push, Kick, Presence, Tokens, Apps, Messages, Rooms];
}
