namespace Microservices.Center.Console;

/// <summary>The latest entries, at most <paramref name="most"/> and none older than <paramref name="age"/>.</summary>
internal sealed class RecentTable<TValue>(int most, TimeSpan age, TimeProvider time)
{
    private readonly Lock _sync = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    // In the order in which they came. May hold what was removed; the number tells it from one of the same key that came later.
    private readonly Queue<(string Key, long Number)> _order = new();
    private long _numbers;

    /// <summary>What is there under <paramref name="key"/>; what <paramref name="make"/> makes when nothing is.</summary>
    public TValue GetOrAdd(string key, Func<TValue> make, out bool isNew)
    {
        lock (_sync)
        {
            Forget(most);
            isNew = !_entries.TryGetValue(key, out var entry);
            if (isNew)
            {
                Forget(most - 1);
                entry = new Entry(++_numbers, time.GetTimestamp(), make());
                _entries[key] = entry;
                _order.Enqueue((key, entry.Number));
            }

            return entry.Value;
        }
    }

    public bool Contains(string key)
    {
        lock (_sync)
        {
            Forget(most);
            return _entries.ContainsKey(key);
        }
    }

    public void Remove(string key)
    {
        lock (_sync)
        {
            _entries.Remove(key);
        }
    }

    // What was removed counts until it is the oldest, which bounds the queue too.
    private void Forget(int limit)
    {
        while (_order.TryPeek(out var oldest))
        {
            var isThere = _entries.TryGetValue(oldest.Key, out var entry) && entry.Number == oldest.Number;
            if (isThere && _order.Count <= limit && time.GetElapsedTime(entry.Since) < age)
            {
                return;
            }

            _order.Dequeue();
            if (isThere)
            {
                _entries.Remove(oldest.Key);
            }
        }
    }

    private readonly record struct Entry(long Number, long Since, TValue Value);
}
