namespace Microservices.Bus.RabbitMq;

/// <param name="Tag">The channel's number of it.</param>
/// <param name="Message">Null when it can't be used.</param>
/// <param name="Fault">Why it can't be used.</param>
internal readonly record struct Delivery<T>(ulong Tag, T? Message, DropReason Fault)
    where T : class;
