namespace Microservices.Clusters.Receiving;

/// <summary>A message as a client's handler got it.</summary>
/// <param name="Order">See <see cref="Crowds.Order"/>.</param>
public sealed record Reception(long Order, string Text, string Id);
