using System.Collections.Frozen;
using Grpc.Core;
using Microservices.Center.Refusals;
using Microservices.Contracts.Register;
using AppsClient = Microservices.Contracts.Register.Apps.AppsClient;

namespace Microservices.Center.Apps;

/// <summary>The apps as register last told them, so that a push costs no call for its policy.</summary>
internal sealed class AppCatalog(AppsClient register)
{
    private readonly Lock _changing = new();
    private volatile FrozenDictionary<string, App> _apps = FrozenDictionary<string, App>.Empty;

    /// <summary>The names of all that are known, sorted.</summary>
    public IEnumerable<string> Names => _apps.Keys.Order(StringComparer.Ordinal);

    /// <summary>
    /// The app; null when there is none. One that isn't known yet is asked for, so that an app works everywhere as soon as it is put,
    /// and an unknown one is told from one that register, being away, could not yet tell of.
    /// </summary>
    /// <exception cref="RpcException">The app is not known and register doesn't answer.</exception>
    public async ValueTask<App?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_apps.TryGetValue(name, out var app))
        {
            return app;
        }

        try
        {
            app = await register.GetAsync(new GetAppRequest { Name = name }, cancellationToken: cancellationToken);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return null;
        }

        Apply(app);
        return app;
    }

    /// <inheritdoc cref="FindAsync"/>
    /// <exception cref="RefusedException">There is no such app.</exception>
    public async ValueTask<App> GetAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync(name, cancellationToken) ?? throw new RefusedException(RefusalCode.UnknownApp, $"There is no app '{name}'.");

    /// <summary>What the watch brought.</summary>
    public void Apply(AppList list)
    {
        lock (_changing)
        {
            // A whole list replaces everything, revisions too: they start again when the store has lost its data.
            var apps = list.Whole ? [] : new Dictionary<string, App>(_apps, StringComparer.Ordinal);
            foreach (var app in list.Apps)
            {
                apps[app.Name] = app;
            }

            _apps = apps.ToFrozenDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>What a call brought; the watch may have been faster.</summary>
    public void Apply(App app)
    {
        lock (_changing)
        {
            if (!_apps.TryGetValue(app.Name, out var known) || known.Revision < app.Revision)
            {
                Apply(new AppList { Apps = { app } });
            }
        }
    }
}
