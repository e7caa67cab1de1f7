using Microservices.Gateway.Transport;

namespace Microservices.Benchmarks.Micro;

/// <summary>Takes everything at once, and forgets it.</summary>
internal sealed class OpenOutlet : IOutlet
{
    public bool TrySend(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = bytes.Length;
        return true;
    }

    public bool Send(Backlog backlog) => false;

    public int Taken(Backlog backlog) => backlog.First.Count;

    public void Finish()
    {
    }
}

/// <summary>Takes nothing until it is told to: everything waits.</summary>
internal sealed class ShutOutlet : IOutlet
{
    private Backlog? _waiting;
    private int _underWay;

    public bool TrySend(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = 0;
        return true;
    }

    public bool Send(Backlog backlog)
    {
        _waiting = backlog;
        _underWay = backlog.First.Count;
        return true;
    }

    public int Taken(Backlog backlog)
    {
        _waiting = null;
        return _underWay;
    }

    public void Finish()
    {
    }

    /// <summary>Takes what waits, block by block.</summary>
    public void Drain(Outbox outbox)
    {
        while (_waiting is { } waiting)
        {
            outbox.OnSent(waiting);
        }
    }
}

/// <summary>Hears of an outbox, and does nothing.</summary>
internal sealed class DeafOwner : IOutboxOwner
{
    public void OnBacklog()
    {
    }

    public void OnDrained()
    {
    }

    public void OnSendFailed() => throw new InvalidOperationException("The link broke; what was measured is not a send.");
}
