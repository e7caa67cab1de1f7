namespace Microservices.Center.Chat;

/// <summary>The last messages that were done, so that a repeat is known. Used by one queue's handler, one batch at a time.</summary>
internal sealed class RepeatWindow(int capacity)
{
    private readonly HashSet<UplinkKey> _keys = [];
    private readonly Queue<UplinkKey> _oldestFirst = [];

    public bool Contains(UplinkKey key) => _keys.Contains(key);

    public void Add(UplinkKey key)
    {
        if (!_keys.Add(key))
        {
            return;
        }

        _oldestFirst.Enqueue(key);
        if (_oldestFirst.Count > capacity)
        {
            _keys.Remove(_oldestFirst.Dequeue());
        }
    }
}
