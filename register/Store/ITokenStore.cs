namespace Microservices.Register.Store;

/// <summary>The tokens of users, at the keys where login systems write them.</summary>
internal interface ITokenStore
{
    /// <summary>Reads a batch; in the order of the users. Doesn't throw: a token that couldn't be read says so.</summary>
    Task<IReadOnlyList<StoredToken>> ReadAsync(IReadOnlyList<(string App, string User)> users, CancellationToken cancellationToken);

    /// <exception cref="StoreUnavailableException">The store doesn't answer.</exception>
    Task WriteAsync(string app, string user, string token, CancellationToken cancellationToken);

    /// <summary>False: there was none.</summary>
    /// <exception cref="StoreUnavailableException">The store doesn't answer.</exception>
    Task<bool> RemoveAsync(string app, string user, CancellationToken cancellationToken);
}

/// <param name="IsKnown">False: the store didn't answer.</param>
/// <param name="Token">Null: there is none.</param>
internal readonly record struct StoredToken(bool IsKnown, string? Token);
