using Microservices.Center.Sharing;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;

namespace Microservices.Center.Kept;

/// <summary>One content for some channels of an app.</summary>
/// <param name="users">Whose inboxes; one that is empty = the channel "all".</param>
/// <param name="expires">When it isn't worth keeping any more, by the center's clock; null = as long as the app keeps messages.</param>
internal sealed class AppendWork(
    KeptMessage content, string app, IReadOnlyList<string> users, string key, DateTimeOffset? expires, CancellationToken cancellationToken) : ISharedWork
{
    /// <summary>What a message costs in a call besides its names and its key.</summary>
    private const int BytesOfMessage = 24;

    private readonly TaskCompletionSource<AppendResult[]> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Items => users.Count;

    public long Bytes { get; } = content.CalculateSize() + users.Sum(user => (long)BytesOfMessage + app.Length + user.Length + key.Length);

    public bool IsAbandoned => cancellationToken.IsCancellationRequested;

    /// <summary>In the order of the users.</summary>
    public Task<AppendResult[]> Results => _settled.Task;

    /// <returns>False when its time is over.</returns>
    public bool TryAddTo(AppendRequest request, DateTimeOffset now)
    {
        var left = expires is { } end ? (end - now).TotalMilliseconds : 0;
        if (expires is not null && left < 1)
        {
            return false;
        }

        var index = (uint)request.Contents.Count;
        request.Contents.Add(content);
        for (var i = 0; i < users.Count; i++)
        {
            request.Messages.Add(new NewMessage { App = app, User = users[i], Content = index, TtlMs = (uint)left, Key = key });
        }

        return true;
    }

    /// <param name="reply">The answer to a request that it was added to.</param>
    /// <param name="first">Where its results begin in it.</param>
    public void Settle(AppendReply reply, int first)
    {
        var results = new AppendResult[users.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = reply.Results[first + i];
        }

        _settled.TrySetResult(results);
    }

    public void Settle(AppendResult forEach)
    {
        var results = new AppendResult[users.Count];
        Array.Fill(results, forEach);
        _settled.TrySetResult(results);
    }

    public void Abandon() => _settled.TrySetCanceled(cancellationToken);

    public void Fail(Exception fault) => _settled.TrySetException(fault);
}
