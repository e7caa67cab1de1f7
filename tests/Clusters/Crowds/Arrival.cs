using Microservices.Protocol.Bodies;

namespace Microservices.Clusters.Crowds;

/// <summary>A message that a client got.</summary>
/// <param name="Position">When, as a place in the order of everything that this process saw.</param>
/// <param name="Text">Its payload.</param>
/// <param name="Kept">Its place in its channel; null: it is not kept.</param>
public sealed record Arrival(long Position, string Text, ChannelPosition? Kept = null);
