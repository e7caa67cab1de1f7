using System.Collections.Concurrent;
using Microservices.Contracts.Register;

namespace Microservices.Gateway.Apps;

/// <summary>The apps that register told of. Keeps what it knows while register is away.</summary>
internal sealed class AppDirectory
{
    private readonly ConcurrentDictionary<string, AppEntry> _apps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ulong> _revisions = new(StringComparer.Ordinal);

    /// <summary>
    /// The entry of an app that register just let a session into. Register may know an app some moments before its watch has told of it;
    /// until then <see cref="AppPolicy.NotTold"/> holds.
    /// </summary>
    public AppEntry Get(string name) => _apps.GetOrAdd(name, static name => new AppEntry(name));

    /// <summary>The entry, if there ever was a session or news of it.</summary>
    public AppEntry? Find(string name) => _apps.GetValueOrDefault(name);

    /// <summary>Takes what the watch told. Apps are never taken away.</summary>
    public void Apply(IEnumerable<App> apps)
    {
        foreach (var app in apps)
        {
            // Registers may tell the same change one after the other.
            if (_revisions.TryGetValue(app.Name, out var known) && known > app.Revision)
            {
                continue;
            }

            _revisions[app.Name] = app.Revision;
            Get(app.Name).Update(AppPolicy.Of(app));
        }
    }
}
