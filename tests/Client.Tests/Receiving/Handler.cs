using System.Collections.Concurrent;
using Microservices.Client.Messages;
using Microservices.Testing;

namespace Microservices.Client.Tests.Receiving;

/// <summary>A handler that keeps what it got, and that a test can hold up or make fail.</summary>
internal sealed class Handler
{
    private readonly SemaphoreSlim _permits = new(0);
    private volatile bool _isHeld;

    public ConcurrentQueue<PushMessage> Begun { get; } = [];

    public ConcurrentQueue<PushMessage> Handled { get; } = [];

    /// <summary>What the handler throws at these sequences, as often as there are entries.</summary>
    public ConcurrentDictionary<ulong, int> Faults { get; } = [];

    public IEnumerable<ulong> Seqs => Handled.Select(push => push.Position!.Value.Seq);

    /// <summary>From now on each message needs a <see cref="Permit"/>.</summary>
    public void Hold() => _isHeld = true;

    public void Permit(int messages = 1) => _permits.Release(messages);

    public async ValueTask HandleAsync(PushMessage push, CancellationToken cancellationToken)
    {
        Begun.Enqueue(push);
        if (_isHeld)
        {
            await _permits.WaitAsync(cancellationToken);
        }

        var seq = push.Position?.Seq ?? 0;
        if (Faults.TryGetValue(seq, out var left) && left > 0)
        {
            Faults[seq] = left - 1;
            throw new InvalidOperationException($"mine, at {seq}");
        }

        Handled.Enqueue(push);
    }

    public Task UntilBegunAsync(int messages) => Eventually.HoldsAsync(() => Begun.Count >= messages, $"{messages} messages begun", () => $"{Begun.Count}");

    public Task UntilHandledAsync(int messages) =>
        Eventually.HoldsAsync(() => Handled.Count >= messages, $"{messages} messages handled", () => $"{Handled.Count}");
}
