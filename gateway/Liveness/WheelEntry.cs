namespace Microservices.Gateway.Liveness;

/// <summary>Something with one deadline. It is its own node in the wheel: scheduling allocates nothing.</summary>
internal abstract class WheelEntry
{
    // All guarded by the wheel's lock. Slot is -1 while it is not scheduled.
    internal WheelEntry? Next;
    internal WheelEntry? Previous;
    internal long DueTick;
    internal int Slot = -1;

    /// <summary>Its deadline has passed and it is no longer scheduled. Runs on the wheel's thread: must not block. May come once after <see cref="TimingWheel.Remove"/>.</summary>
    protected internal abstract void OnDue();
}
