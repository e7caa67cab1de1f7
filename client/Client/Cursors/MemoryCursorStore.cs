using System.Collections.Concurrent;
using Microservices.Client.Messages;

namespace Microservices.Client.Cursors;

/// <summary>Keeps cursors for as long as the process lives: repeats after a reconnect are removed, those after a restart are not.</summary>
public sealed class MemoryCursorStore : ICursorStore
{
    private readonly ConcurrentDictionary<CursorKey, MessagePosition> _cursors = [];

    /// <inheritdoc/>
    public ValueTask<MessagePosition?> LoadAsync(CursorKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_cursors.TryGetValue(key, out var position) ? (MessagePosition?)position : null);

    /// <inheritdoc/>
    public ValueTask SaveAsync(CursorKey key, MessagePosition position, CancellationToken cancellationToken)
    {
        _cursors[key] = position;
        return ValueTask.CompletedTask;
    }
}
