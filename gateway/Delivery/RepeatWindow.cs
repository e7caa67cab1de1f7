namespace Microservices.Gateway.Delivery;

/// <summary>The last ids that were seen. Not thread-safe.</summary>
internal sealed class RepeatWindow(int size)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>It was seen last, and is to count as new when it comes again.</summary>
    public void Forget(string id) => _ids.Remove(id);

    /// <summary>False: it was seen within the window.</summary>
    public bool IsNew(string id)
    {
        if (!_ids.Add(id))
        {
            return false;
        }

        _order.Enqueue(id);
        if (_order.Count > size)
        {
            _ids.Remove(_order.Dequeue());
        }

        return true;
    }
}
