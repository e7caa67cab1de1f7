using Microservices.Center.Sharing;
using Microservices.Contracts.Register;

namespace Microservices.Center.Sessions;

/// <summary>Users of one app whose sessions somebody waits for.</summary>
internal sealed class LookupWork(string app, IReadOnlyCollection<string> users, CancellationToken cancellationToken) : ISharedWork
{
    private readonly TaskCompletionSource<(IReadOnlyList<UserSessions> Users, bool IsComplete)> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string App => app;

    public IReadOnlyCollection<string> Users => users;

    public int Items => users.Count;

    /// <summary>Names are short: the items are the limit.</summary>
    public long Bytes => 0;

    public bool IsAbandoned => cancellationToken.IsCancellationRequested;

    /// <summary>In the order of the users.</summary>
    public Task<(IReadOnlyList<UserSessions> Users, bool IsComplete)> Sessions => _settled.Task;

    public void Settle(IReadOnlyList<UserSessions> sessions, bool isComplete) => _settled.TrySetResult((sessions, isComplete));

    public void Abandon() => _settled.TrySetCanceled(cancellationToken);

    public void Fail(Exception fault) => _settled.TrySetException(fault);
}
