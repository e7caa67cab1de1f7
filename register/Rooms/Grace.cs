using Microservices.Register.Store;

namespace Microservices.Register.Rooms;

/// <summary>
/// Decides until when this register may declare leases dead: not within two lease times after it started or after its store became reachable
/// again, because rooms could not renew before. Used by one reader at a time.
/// </summary>
internal sealed class Grace(RoomsOptions options, TimeProvider time)
{
    private long _endsAt;

    /// <summary>Up to when leases may be judged, given the latest view.</summary>
    public Judgement Judge(RoomView latest) =>
        latest.WasRead && !IsRunning && time.GetElapsedTime(latest.ReadAt) <= options.Doubt
            ? new Judgement(latest.StoreTime + (long)options.Doubt.TotalMicroseconds, latest.Refill)
            : Judgement.None;

    public bool IsRunning => time.GetTimestamp() < Volatile.Read(ref _endsAt);

    /// <summary>Compares a new reading with the latest view and begins anew after a gap, a jump of the store's clock, or the loss of its data.</summary>
    public void Observe(RoomView latest, RoomSnapshot snapshot)
    {
        var doubtful = !latest.WasRead
            || time.GetElapsedTime(latest.ReadAt) > options.Doubt
            || Math.Abs(snapshot.StoreTime - latest.StoreTime) > options.Doubt.TotalMicroseconds
            || snapshot.Highest < latest.Highest
            || snapshot.Refill.Number != latest.Refill;
        if (doubtful)
        {
            Volatile.Write(ref _endsAt, time.GetTimestamp() + (long)(2 * options.LeaseTime.TotalSeconds * time.TimestampFrequency));
        }
    }
}
