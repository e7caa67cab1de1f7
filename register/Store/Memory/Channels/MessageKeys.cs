namespace Microservices.Register.Store.Memory.Channels;

/// <summary>What the keys of messages name, for as long as their windows last. The caller holds the lock.</summary>
internal sealed class MessageKeys
{
    private readonly Dictionary<(string App, string User, string Key), KeyedMessage> _messages = [];
    private readonly PriorityQueue<(string App, string User, string Key), long> _ends = new();

    public KeyedMessage? Find(Append append, long now)
    {
        Forget(now);
        return append.Key.Length == 0 ? null : _messages.GetValueOrDefault((append.App, append.User, append.Key));
    }

    public void Keep(Append append, LogEntry entry, long now)
    {
        if (append.Key.Length > 0)
        {
            var key = (append.App, append.User, append.Key);
            _messages[key] = new KeyedMessage(append.Digest.ToArray(), entry.Position, entry.ExpiresUnixMs, append.MessageId);
            _ends.Enqueue(key, now + (long)append.Rules.KeyWindow.TotalMicroseconds);
        }
    }

    private void Forget(long now)
    {
        while (_ends.TryPeek(out var key, out var end) && end <= now)
        {
            _ends.Dequeue();
            _messages.Remove(key);
        }
    }
}
