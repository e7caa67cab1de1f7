using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Tokens in Redis, in hashes that login systems share.</summary>
internal sealed class RedisTokenStore(RedisClient redis) : ITokenStore
{
    private static readonly RedisValue Field = TokenKey.Field;

    public async Task<IReadOnlyList<StoredToken>> ReadAsync(IReadOnlyList<(string App, string User)> users, CancellationToken cancellationToken)
    {
        if (users.Count == 0)
        {
            return [];
        }

        try
        {
            var calls = await redis.PipelineAsync(
                "tokens_read", users.Count, (database, i) => database.HashGetAsync(KeyOf(users[i].App, users[i].User), Field), cancellationToken);
            return [.. calls.Select(ToToken)];
        }
        catch (StoreUnavailableException)
        {
            return new StoredToken[users.Count];
        }
    }

    public Task WriteAsync(string app, string user, string token, CancellationToken cancellationToken) =>
        redis.CallAsync("tokens_write", database => database.HashSetAsync(KeyOf(app, user), Field, token), cancellationToken);

    public Task<bool> RemoveAsync(string app, string user, CancellationToken cancellationToken) =>
        redis.CallAsync("tokens_remove", database => database.HashDeleteAsync(KeyOf(app, user), Field), cancellationToken);

    private static RedisKey KeyOf(string app, string user) => new(TokenKey.Of(app, user));

    private static StoredToken ToToken(Task<RedisValue> call)
    {
        if (call.IsCompletedSuccessfully)
        {
            return new StoredToken(IsKnown: true, call.Result);
        }

        // Somebody stored something else at the key: that is no token.
        var isOther = call.Exception?.InnerException is RedisServerException fault && fault.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal);
        return new StoredToken(IsKnown: isOther, null);
    }
}
