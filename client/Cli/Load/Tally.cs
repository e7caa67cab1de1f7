using System.Collections.Concurrent;

namespace Microservices.Cli.Load;

/// <summary>Counts by name; the names are few (reasons).</summary>
internal sealed class Tally
{
    private const int MaxNames = 100;

    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public long Total => _counts.Values.Sum();

    public void Add(string name) =>
        _counts.AddOrUpdate(_counts.Count < MaxNames || _counts.ContainsKey(name) ? name : "other", 1, static (_, count) => count + 1);

    /// <summary>Most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> List() => [.. _counts.OrderByDescending(static one => one.Value).ThenBy(static one => one.Key, StringComparer.Ordinal)];
}
