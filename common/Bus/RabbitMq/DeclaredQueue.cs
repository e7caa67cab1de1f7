namespace Microservices.Bus.RabbitMq;

/// <param name="Name">Its name at the broker.</param>
/// <param name="Overflow">The queue that gets what the first drops when it is full; null = there is none.</param>
internal readonly record struct DeclaredQueue(string Name, string? Overflow = null);
