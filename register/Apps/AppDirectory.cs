using Microservices.Contracts.Register;
using Microservices.Hosting.Health;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Apps;

/// <summary>
/// All apps in memory, following the store. Stores the apps of the file and the app default where they are absent; and after the store lost
/// its data, every app that it knew.
/// </summary>
internal sealed class AppDirectory : BackgroundService
{
    /// <summary>The name of the dependency that is missing until the apps are read.</summary>
    public const string Dependency = "apps";

    private readonly IAppStore _store;
    private readonly StoreIdentity _identity;
    private readonly DependencyGate _gate;
    private readonly TimeSpan _refreshEvery;
    private readonly TimeProvider _time;
    private readonly ILogger<AppDirectory> _logger;
    private readonly Dictionary<string, App> _seeds = new(StringComparer.Ordinal);
    private readonly SharedReading<AppTable> _reading;
    private volatile AppTable _table = AppTable.Empty;
    private TaskCompletionSource _changed = NewSource();

    public AppDirectory(
        IAppStore store, StoreIdentity identity, Readiness readiness, IOptions<AppsOptions> options, TimeProvider time, ILogger<AppDirectory> logger)
    {
        _store = store;
        _identity = identity;
        _gate = readiness[Dependency];
        _refreshEvery = options.Value.RefreshEvery;
        _time = time;
        _logger = logger;
        _reading = new SharedReading<AppTable>(ReadAsync, time);
        _seeds[TokenKey.DefaultApp] = new App { Name = TokenKey.DefaultApp, Chat = new ChatPolicy { Users = true } };
        foreach (var app in options.Value.File is { } file ? AppFile.Read(file).Apps : [])
        {
            _seeds[app.Name] = app;
        }
    }

    public AppTable Latest => _table;

    /// <summary>The app as last read; null = there is none that this register knows.</summary>
    public App? Find(string name) => _table.Find(name);

    /// <summary>The app; asks the store when it isn't known here: another register may have stored it a moment ago.</summary>
    /// <exception cref="StoreUnavailableException">It isn't known, and the store doesn't answer.</exception>
    public async ValueTask<App?> FindAsync(string name, CancellationToken cancellationToken) =>
        Find(name) ?? (await RefreshAsync(cancellationToken)).Find(name);

    /// <summary>The apps as they are stored now.</summary>
    /// <exception cref="StoreUnavailableException">The store doesn't answer.</exception>
    public Task<AppTable> RefreshAsync(CancellationToken cancellationToken) => _reading.GetAsync(cancellationToken);

    /// <summary>Completes when the apps are others than <paramref name="seen"/>.</summary>
    public async Task<AppTable> WaitForChangeAsync(AppTable seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (_table.Revision != seen.Revision)
            {
                return _table;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _reading.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundLoop.RunAsync(TryRefreshAsync, stop => Task.Delay(_refreshEvery, _time, stop), _logger, stoppingToken);

    private async Task TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken);
        }
        catch (StoreUnavailableException fault)
        {
            // Apps once read serve on while the store is away.
            if (!_table.IsLoaded)
            {
                _gate.Waiting(_identity.Where, fault.Why);
            }
        }
    }

    private async Task<AppTable> ReadAsync(CancellationToken cancellationToken)
    {
        if (_table.IsLoaded && await _store.RevisionAsync(cancellationToken) == _table.Revision)
        {
            return _table;
        }

        var snapshot = await _store.ReadAsync(cancellationToken);
        if (await SeedAsync(snapshot, cancellationToken))
        {
            snapshot = await _store.ReadAsync(cancellationToken);
        }

        _table = new AppTable(snapshot);
        Interlocked.Exchange(ref _changed, NewSource()).TrySetResult();
        _gate.Up();
        return _table;
    }

    private async Task<bool> SeedAsync(AppSnapshot snapshot, CancellationToken cancellationToken)
    {
        var stored = snapshot.Apps.Select(static app => app.Name).ToHashSet(StringComparer.Ordinal);

        // What is stored wins over the file; an app that was known and is gone comes back as it was.
        App[] missing = [.. _table.Apps.Concat(_seeds.Values).DistinctBy(static app => app.Name).Where(app => !stored.Contains(app.Name))];
        foreach (var app in missing)
        {
            var write = await _store.WriteAsync(app, ifRevision: 0, cancellationToken);
            if (write.State == AppWriteState.Stored)
            {
                Log.AppSeeded(_logger, app.Name, write.Revision);
            }
        }

        return missing.Length > 0;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
