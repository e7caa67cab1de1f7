using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory;

/// <summary>Apps of one register on its own.</summary>
internal sealed class MemoryAppStore(TimeProvider time) : IAppStore
{
    private readonly Lock _sync = new();
    private readonly SortedDictionary<string, App> _apps = new(StringComparer.Ordinal);
    private ulong _revision;

    public Task<ulong> RevisionAsync(CancellationToken cancellationToken) => Task.FromResult(Volatile.Read(ref _revision));

    public Task<AppSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return Task.FromResult(new AppSnapshot([.. _apps.Values.Select(static app => app.Clone())], _revision));
        }
    }

    public Task<AppWrite> WriteAsync(App app, ulong? ifRevision, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var stored = _apps.GetValueOrDefault(app.Name);
            if (ifRevision is { } expected && expected != (stored?.Revision ?? 0))
            {
                return Task.FromResult(new AppWrite(AppWriteState.Conflict, stored?.Revision ?? 0));
            }

            if (stored is null && _apps.Count >= AppWrite.MaxApps)
            {
                return Task.FromResult(new AppWrite(AppWriteState.Full, 0));
            }

            var written = new App(app) { Revision = stored?.Revision ?? 0 };
            if (!written.Equals(stored))
            {
                written.Revision = _revision = Math.Max(_revision + 1, (ulong)time.Micros());
                _apps[app.Name] = written;
            }

            return Task.FromResult(new AppWrite(AppWriteState.Stored, written.Revision));
        }
    }
}
