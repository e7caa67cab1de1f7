using Microservices.Contracts.Bus;

namespace Microservices.Register.Store.Memory;

/// <summary>The change counter and the outbox of one partition. Its lock is taken inside of the partition's, never the other way round.</summary>
internal sealed class EventLog(int partition)
{
    private readonly Lock _sync = new();
    private readonly Queue<PresenceEvent> _events = new();
    private ulong _change;
    private string? _owner;
    private ulong _fence;
    private long _heldUntil;

    public bool IsEmpty
    {
        get
        {
            lock (_sync)
            {
                return _events.Count == 0;
            }
        }
    }

    /// <summary>Numbers the event, keeps it, and returns its change.</summary>
    public ulong Append(PresenceEvent @event, long now)
    {
        lock (_sync)
        {
            @event.Previous = _change;
            @event.Change = _change = Math.Max(_change + 1, (ulong)now);
            @event.Partition = (uint)partition;
            @event.AtUnixMs = now / 1000;
            _events.Enqueue(@event);
            if (_events.Count > OutboxTurn.MaxEvents)
            {
                _events.Dequeue();
            }

            return _change;
        }
    }

    public OutboxTurn Take(string owner, TimeSpan hold, int limit, long now)
    {
        lock (_sync)
        {
            if (_owner is not null && _owner != owner && now < _heldUntil)
            {
                return OutboxTurn.Busy;
            }

            if (_events.Count == 0)
            {
                _owner = null;
                return OutboxTurn.Empty;
            }

            _fence = _owner == owner ? _fence : Math.Max(_fence + 1, (ulong)now);
            (_owner, _heldUntil) = (owner, now + (long)hold.TotalMicroseconds);
            PresenceEvent[] events = [.. _events.Take(limit).Select(static one => one.Clone())];
            return new OutboxTurn(OutboxState.Taken, _fence, events, events[^1].Change);
        }
    }

    public bool Remove(ulong fence, ulong uptoChange)
    {
        lock (_sync)
        {
            if (_owner is null || _fence != fence)
            {
                return false;
            }

            while (_events.TryPeek(out var oldest) && oldest.Change <= uptoChange)
            {
                _events.Dequeue();
            }

            return true;
        }
    }
}
