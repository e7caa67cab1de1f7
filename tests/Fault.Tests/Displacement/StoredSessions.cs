using Microservices.Contracts;

namespace Microservices.Fault.Tests.Displacement;

/// <summary>
/// What the store holds of one user, read past the product in one transaction: the user's hash, and in how many rooms' sets the session
/// stands. The keys are those of docs/store-keys.md.
/// </summary>
internal sealed record StoredSessions(IReadOnlyDictionary<string, string> Hash, int Sets)
{
    public int Count => Hash.Keys.Count(static name => name == "s" || name.StartsWith("d=", StringComparison.Ordinal));

    /// <summary>The second line of the record; 0: no session.</summary>
    public ulong Epoch => Hash.TryGetValue("s", out var record) ? ulong.Parse(record.Split('\n')[1], System.Globalization.CultureInfo.InvariantCulture) : 0;

    public static async Task<StoredSessions> ReadAsync(RedisWire redis, string app, string user, IEnumerable<ulong> incarnations)
    {
        var partition = $"{{p{Partition.Of(app, user):D4}}}";
        await redis.CommandAsync("MULTI");
        await redis.CommandAsync("HGETALL", $"{partition}:user:{app}:{user}");
        foreach (var incarnation in incarnations)
        {
            await redis.CommandAsync("ZSCORE", $"{partition}:room:{incarnation:x16}", $"{app}:{user}:s");
        }

        var answers = (object?[])(await redis.CommandAsync("EXEC"))!;
        var hash = ((object?[])answers[0]!).Chunk(2).ToDictionary(static pair => (string)pair[0]!, static pair => (string)pair[1]!);
        return new StoredSessions(hash, answers.Skip(1).Count(static score => score is not null));
    }

    public override string ToString() => $"{Count} sessions in {Sets} sets: {string.Join("; ", Hash.Select(static pair => $"{pair.Key} = {pair.Value.ReplaceLineEndings(" ")}"))}";
}
