namespace Microservices.Center.Presence;

/// <summary>Finds who watches a user without looking at the others. For one caller at a time.</summary>
internal sealed class WatcherIndex
{
    private readonly HashSet<PresenceWatcher> _all = [];
    private readonly Dictionary<string, HashSet<PresenceWatcher>> _byApp = new(StringComparer.Ordinal);
    private readonly Dictionary<(string App, string User), HashSet<PresenceWatcher>> _byUser = [];

    public IReadOnlyCollection<PresenceWatcher> All => _all;

    public void Add(PresenceWatcher watcher)
    {
        _all.Add(watcher);
        if (watcher.Users.Count == 0)
        {
            Add(_byApp, watcher.App, watcher);
        }

        foreach (var user in watcher.Users)
        {
            Add(_byUser, (watcher.App, user), watcher);
        }
    }

    public void Remove(PresenceWatcher watcher)
    {
        _all.Remove(watcher);
        if (watcher.Users.Count == 0)
        {
            Remove(_byApp, watcher.App, watcher);
        }

        foreach (var user in watcher.Users)
        {
            Remove(_byUser, (watcher.App, user), watcher);
        }
    }

    public IReadOnlyCollection<PresenceWatcher> OfApp(string app) => _byApp.GetValueOrDefault(app) ?? (IReadOnlyCollection<PresenceWatcher>)[];

    public IReadOnlyCollection<PresenceWatcher> OfUser(string app, string user) =>
        _byUser.GetValueOrDefault((app, user)) ?? (IReadOnlyCollection<PresenceWatcher>)[];

    private static void Add<TKey>(Dictionary<TKey, HashSet<PresenceWatcher>> index, TKey key, PresenceWatcher watcher)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var watchers))
        {
            index.Add(key, watchers = []);
        }

        watchers.Add(watcher);
    }

    private static void Remove<TKey>(Dictionary<TKey, HashSet<PresenceWatcher>> index, TKey key, PresenceWatcher watcher)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out var watchers) && watchers.Remove(watcher) && watchers.Count == 0)
        {
            index.Remove(key);
        }
    }
}
