namespace Microservices.Client.Connections;

/// <summary>The user's token, given or fetched.</summary>
internal sealed class Credentials(PushClientOptions options)
{
    /// <summary>Another token may be had when one is refused.</summary>
    public bool CanRenew => options.TokenProvider is not null;

    /// <exception cref="TokenException">The provider failed.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (options.TokenProvider is not { } provider)
        {
            return options.Token;
        }

        try
        {
            return await provider(cancellationToken);
        }
        catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TokenException(cause);
        }
    }
}
