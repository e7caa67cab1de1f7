namespace Microservices.Cli.Load;

/// <summary>Counts by name; the names are few (reasons). One thread counts.</summary>
internal sealed class Tally
{
    private const int MaxNames = 100;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    public long Total { get; private set; }

    public void Add(string name, long count = 1)
    {
        var known = _counts.Count < MaxNames || _counts.ContainsKey(name) ? name : "other";
        _counts[known] = _counts.GetValueOrDefault(known) + count;
        Total += count;
    }

    public void Add(Tally other)
    {
        foreach (var (name, count) in other._counts)
        {
            Add(name, count);
        }
    }

    /// <summary>Most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> List() => [.. _counts.OrderByDescending(static one => one.Value).ThenBy(static one => one.Key, StringComparer.Ordinal)];
}
