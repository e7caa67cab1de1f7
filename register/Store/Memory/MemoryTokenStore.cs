using System.Collections.Concurrent;

namespace Microservices.Register.Store.Memory;

/// <summary>Tokens of one register on its own.</summary>
internal sealed class MemoryTokenStore : ITokenStore
{
    private readonly ConcurrentDictionary<string, string> _tokens = new();

    public Task<IReadOnlyList<StoredToken>> ReadAsync(IReadOnlyList<(string App, string User)> users, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StoredToken>>(
            [.. users.Select(user => new StoredToken(IsKnown: true, _tokens.GetValueOrDefault(TokenKey.Of(user.App, user.User))))]);

    public Task WriteAsync(string app, string user, string token, CancellationToken cancellationToken)
    {
        _tokens[TokenKey.Of(app, user)] = token;
        return Task.CompletedTask;
    }

    public Task<bool> RemoveAsync(string app, string user, CancellationToken cancellationToken) =>
        Task.FromResult(_tokens.TryRemove(TokenKey.Of(app, user), out _));
}
