using System.Collections.Concurrent;
using Microservices.Client.Cursors;
using Microservices.Client.Messages;

namespace Microservices.Client.Tests.Receiving;

/// <summary>A store that a test can hold up or make fail; what it holds up is not kept.</summary>
internal sealed class RecordingStore : ICursorStore
{
    private readonly ConcurrentDictionary<CursorKey, MessagePosition> _cursors = [];

    public volatile bool Hangs;

    public volatile bool Fails;

    public volatile bool FailsToLoad;

    private int _asked;

    private int _saves;

    public int Asked => Volatile.Read(ref _asked);

    public int Saves => Volatile.Read(ref _saves);

    public MessagePosition? this[string channel] => _cursors.TryGetValue(new CursorKey("default", "ann", "", channel), out var position) ? position : null;

    public void Set(string channel, MessagePosition position) => _cursors[new CursorKey("default", "ann", "", channel)] = position;

    public ValueTask<MessagePosition?> LoadAsync(CursorKey key, CancellationToken cancellationToken) => FailsToLoad
        ? throw new IOException("the store is away")
        : ValueTask.FromResult(_cursors.TryGetValue(key, out var position) ? (MessagePosition?)position : null);

    public async ValueTask SaveAsync(CursorKey key, MessagePosition position, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        if (Fails)
        {
            throw new IOException("the disk is full");
        }

        _cursors[key] = position;
        Interlocked.Increment(ref _saves);
    }
}
