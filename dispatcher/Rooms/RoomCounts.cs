namespace Microservices.Dispatcher.Rooms;

/// <summary>How many rooms there are of which kind.</summary>
internal sealed record RoomCounts(int Live, int Draining, int Full, int Kept)
{
    public static RoomCounts Of(LastGoodRooms rooms) => new(
        rooms.Live.Count(static room => !room.Draining),
        rooms.Live.Count(static room => room.Draining),
        rooms.Live.Count(static room => !room.Draining && RoomTableBuilder.StandingOf(room) == RoomStanding.Full),
        rooms.Kept.Count());
}
