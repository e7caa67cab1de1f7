namespace Microservices.Bus.Tests.Support;

/// <summary>What a handler got, in the order in which it got it.</summary>
internal sealed class Received<T>
{
    private readonly Lock _lock = new();
    private readonly List<T> _items = [];

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_lock)
            {
                return [.. _items];
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _items.Count;
            }
        }
    }

    public void Add(T item)
    {
        lock (_lock)
        {
            _items.Add(item);
        }
    }

    public Task ReachAsync(int count) => Eventually.HoldsAsync(() => Count >= count, $"{count} messages arrive", () => $"{Count} arrived: {this}");

    public override string ToString() => string.Join(' ', Items.TakeLast(50));
}
