namespace Microservices.Clusters.Presence;

/// <summary>Who is online, kept by somebody who reads once and then follows the events: each counts only when it is newer by (epoch, change).</summary>
public sealed class PresenceCopy
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string User, string Device), Entry> _entries = [];

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

    /// <summary>What was read. Who is not in it is offline; what an event told meanwhile stays when it is newer.</summary>
    public void Read(IEnumerable<(string User, string Device, ulong Epoch, ulong Change, string Room)> sessions, IReadOnlySet<(string User, string Device)> toldSince)
    {
        lock (_lock)
        {
            var read = sessions.ToDictionary(static session => (session.User, session.Device));
            foreach (var key in _entries.Keys.Where(key => !read.ContainsKey(key) && !toldSince.Contains(key)).ToArray())
            {
                // Its numbers stay known: a repeat of the event that told of it is old.
                _entries[key] = _entries[key] with { Online = false };
            }

            foreach (var (key, session) in read)
            {
                Take(key, session.Epoch, session.Change, online: true, session.Room);
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

            _entries[key] = new Entry(epoch, change, online, room);
            return true;
        }
    }

    private sealed record Entry(ulong Epoch, ulong Change, bool Online, string Room);
}
