namespace Microservices.Clusters.Presence;

/// <summary>Who is online, kept by somebody who reads once and then follows the events: each counts only when it is newer by (epoch, change).</summary>
public sealed class PresenceCopy
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string User, string Device), Entry> _entries = [];
    private long _taken;

    /// <summary>Users that are online, and their rooms.</summary>
    public Dictionary<(string User, string Device), string> Online
    {
        get
        {
            lock (_lock)
            {
                return _entries.Where(static entry => entry.Value.Online).ToDictionary(static entry => entry.Key, static entry => entry.Value.Room);
            }
        }
    }

    /// <summary>How many events were taken: whoever reads remembers it before it begins.</summary>
    public long Taken
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>What was read. Who is not in it is offline, but for what an event told since the reading began.</summary>
    /// <param name="sessions">Everybody who is online.</param>
    /// <param name="since"><see cref="Taken"/> at its beginning.</param>
    public void Read(IEnumerable<(string User, string Device, ulong Epoch, ulong Change, string Room)> sessions, long since)
    {
        lock (_lock)
        {
            var read = sessions.ToDictionary(static session => (session.User, session.Device));
            foreach (var (key, entry) in _entries.Where(entry => !read.ContainsKey(entry.Key) && entry.Value.TakenAs <= since).ToArray())
            {
                // Its numbers stay known: a repeat of the event that told of it is old.
                _entries[key] = entry with { Online = false };
            }

            foreach (var (key, session) in read)
            {
                // The same numbers mean the same session: an earlier reading may have missed it.
                if (!_entries.TryGetValue(key, out var known) || (known.Epoch, known.Change).CompareTo((session.Epoch, session.Change)) <= 0)
                {
                    _entries[key] = new Entry(session.Epoch, session.Change, Online: true, session.Room, _taken);
                }
            }
        }
    }

    /// <summary>An event. False: it isn't newer than what is known.</summary>
    public bool Take((string User, string Device) key, ulong epoch, ulong change, bool online, string room)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var known) && (known.Epoch, known.Change).CompareTo((epoch, change)) >= 0)
            {
                return false;
            }

            _entries[key] = new Entry(epoch, change, online, room, ++_taken);
            return true;
        }
    }

    private sealed record Entry(ulong Epoch, ulong Change, bool Online, string Room, long TakenAs);
}
