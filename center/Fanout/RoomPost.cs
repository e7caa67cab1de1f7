using Microservices.Contracts.Bus;

namespace Microservices.Center.Fanout;

/// <summary>A message and the room that it is for.</summary>
internal readonly record struct RoomPost(ulong Incarnation, RoomMessage Message);
