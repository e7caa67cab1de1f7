using System.Collections.Frozen;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Apps;

/// <summary>All apps at one revision. Never changes; the apps in it are not to be changed.</summary>
internal sealed class AppTable(AppSnapshot snapshot)
{
    public static readonly AppTable Empty = new(new AppSnapshot([], 0));
    private readonly FrozenDictionary<string, App> _apps = snapshot.Apps.ToFrozenDictionary(static app => app.Name, StringComparer.Ordinal);

    public ulong Revision => snapshot.Revision;

    public IReadOnlyCollection<App> Apps => _apps.Values;

    public bool IsLoaded => snapshot.Revision != 0;

    public App? Find(string name) => _apps.GetValueOrDefault(name);

    /// <summary>What a watcher who knows <paramref name="told"/> must hear; null = nothing.</summary>
    public AppList? ChangesSince(AppTable told)
    {
        if (told.Apps.Any(app => Find(app.Name) is null))
        {
            return Whole();
        }

        App[] changed = [.. Apps.Where(app => told.Find(app.Name)?.Revision != app.Revision)];
        return changed.Length == 0 ? null : new AppList { Apps = { changed } };
    }

    public AppList Whole() => new() { Apps = { Apps.OrderBy(static app => app.Name, StringComparer.Ordinal) }, Whole = true };
}
