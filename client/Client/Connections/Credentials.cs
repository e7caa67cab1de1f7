namespace Microservices.Client.Connections;

/// <summary>A user's token, given or fetched.</summary>
internal sealed class Credentials(string token, Func<CancellationToken, ValueTask<string>>? tokenProvider)
{
    /// <summary>Another token may be had when one is refused.</summary>
    public bool CanRenew => tokenProvider is not null;

    /// <exception cref="TokenException">The provider failed.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (tokenProvider is not { } provider)
        {
            return token;
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
