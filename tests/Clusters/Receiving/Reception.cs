using Microservices.Client.Messages;

namespace Microservices.Clusters.Receiving;

/// <summary>A message as a client's handler got it.</summary>
/// <param name="Order">See <see cref="Crowds.Order"/>.</param>
/// <param name="Channel">Empty: it is not kept.</param>
/// <param name="Position">Null: it is not kept.</param>
public sealed record Reception(long Order, string Text, string Id, string Channel, MessagePosition? Position);
