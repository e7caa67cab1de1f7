using Microservices.Contracts.Register;

namespace Microservices.Register.Store;

/// <summary>The apps and their policies. Members throw <see cref="StoreUnavailableException"/> when the store doesn't answer.</summary>
internal interface IAppStore
{
    /// <summary>Rises at each change of any app; 0 = nothing was ever stored.</summary>
    Task<ulong> RevisionAsync(CancellationToken cancellationToken);

    Task<AppSnapshot> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Stores an app under a new revision, unless it is stored exactly so already.</summary>
    /// <param name="ifRevision">Only if the stored revision is this one; 0 = only if there is none.</param>
    Task<AppWrite> WriteAsync(App app, ulong? ifRevision, CancellationToken cancellationToken);
}

/// <param name="Revision">As <see cref="IAppStore.RevisionAsync"/> at the same instant.</param>
internal sealed record AppSnapshot(IReadOnlyList<App> Apps, ulong Revision);

internal enum AppWriteState
{
    Stored,

    /// <summary>The stored revision is another one.</summary>
    Conflict,

    /// <summary>There are as many apps as there may be.</summary>
    Full,
}

/// <param name="Revision">The stored revision of the app after the call; 0 = it isn't stored.</param>
internal readonly record struct AppWrite(AppWriteState State, ulong Revision)
{
    /// <summary>How many apps there may be.</summary>
    public const int MaxApps = 5_000;
}
