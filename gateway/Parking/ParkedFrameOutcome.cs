namespace Microservices.Gateway.Parking;

/// <summary>What became of a frame for a parked session. A closed list: each is a tag value of <c>gateway.parked_frames</c>.</summary>
internal enum ParkedFrameOutcome
{
    /// <summary>It was kept; another outcome follows.</summary>
    Kept,

    /// <summary>It was posted to the client that came back.</summary>
    Resumed,

    /// <summary>There was no room for it.</summary>
    NoRoom,

    /// <summary>The client came back with another version, or bound the app of chat that it had verified for.</summary>
    OtherVersion,

    /// <summary>The client did not come back, or not with a ticket, or not here.</summary>
    Lost,
}
