namespace Microservices.Dispatcher.Rooms;

/// <summary>The rooms to choose from, by transport. Made at each change of the list, then only read.</summary>
internal sealed class RoomTable(RoomCandidate[][] byTransport)
{
    /// <summary>No rooms.</summary>
    public static readonly RoomTable Empty = new([[], [], [], []]);

    /// <summary>The rooms that have an address of the transport.</summary>
    public ReadOnlySpan<RoomCandidate> Of(int transport) => byTransport[transport];
}
