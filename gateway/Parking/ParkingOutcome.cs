namespace Microservices.Gateway.Parking;

/// <summary>What became of a session whose link broke. A closed list: each is a tag value of <c>gateway.parkings</c>.</summary>
internal enum ParkingOutcome
{
    /// <summary>Its client came back in time, and got what was kept.</summary>
    Resumed,

    /// <summary>Its client did not come back in time.</summary>
    Expired,

    /// <summary>It was ended meanwhile: a login elsewhere, a kick, a lost lease, the gateway's stop.</summary>
    Ended,

    /// <summary>There was no room for it; it was ended at once.</summary>
    NoRoom,
}
