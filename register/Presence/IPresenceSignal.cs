namespace Microservices.Register.Presence;

/// <summary>Says that a partition has events to relay.</summary>
internal interface IPresenceSignal
{
    /// <summary>There is something in the outbox of the partition. Never waits, never throws; may be said any number of times.</summary>
    void Dirty(int partition);
}
