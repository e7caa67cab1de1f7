namespace Microservices.Client.Apps;

/// <summary>Who the client is in a further app: <see cref="PushClient.BindAsync"/>.</summary>
public sealed class AppLogin
{
    /// <summary>The app; another one than the client's own.</summary>
    public required string App { get; init; }

    /// <summary>The user in this app, 1 to 128 bytes of UTF-8.</summary>
    public required string User { get; init; }

    /// <summary>The user's token in this app; not used when there is a <see cref="TokenProvider"/>.</summary>
    public string Token { get; init; } = "";

    /// <summary>Fetches the token: before every bind, and once more when the server refuses it. An exception counts as a failed try.</summary>
    public Func<CancellationToken, ValueTask<string>>? TokenProvider { get; init; }

    /// <summary>The device, for apps that allow several per user; empty = none.</summary>
    public string Device { get; init; } = "";

    internal void Validate()
    {
        Check.That(App.Length > 0, nameof(App), "empty");
        Check.That(User.Length > 0, nameof(User), "empty");
        Check.That(Token.Length > 0 || TokenProvider is not null, nameof(Token), "empty and there is no TokenProvider");
    }
}
