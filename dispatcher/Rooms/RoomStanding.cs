namespace Microservices.Dispatcher.Rooms;

/// <summary>Where a room stands among others; a lower one is named first, whatever the user's draw.</summary>
internal enum RoomStanding
{
    /// <summary>Live, with space.</summary>
    Open = 0,

    /// <summary>Live, with as many connections as it is ready to hold.</summary>
    Full = 1,

    /// <summary>Vanished together with most others, so that the list is doubted rather than the room; named for a grace time.</summary>
    Kept = 2,
}
