namespace Microservices.Dispatcher.Rooms;

/// <summary>A room as the choice sees it, with its addresses of one transport. Never changes.</summary>
/// <param name="Hash">Its half of the draw (<see cref="Selection.Rendezvous"/>).</param>
/// <param name="KeptUntil">For <see cref="RoomStanding.Kept"/>: the timestamp from which on it is not named any more.</param>
internal sealed record RoomCandidate(string Name, ulong Hash, double Weight, RoomStanding Standing, long KeptUntil, RoomAddress[] Addresses)
{
    /// <summary>Whether it may be named at <paramref name="timestamp"/>.</summary>
    public bool IsNamedAt(long timestamp) => Standing != RoomStanding.Kept || timestamp < KeptUntil;
}
