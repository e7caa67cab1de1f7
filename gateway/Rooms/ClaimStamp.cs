namespace Microservices.Gateway.Rooms;

/// <summary>What a session is claimed for: a lease of this room, and the data of the store. With another stamp it is claimed again.</summary>
internal readonly record struct ClaimStamp(ulong Incarnation, ulong Refill);
