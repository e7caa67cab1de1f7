namespace Microservices.Dispatcher.Selection;

/// <summary>An address that the client says it could not use.</summary>
internal readonly record struct FailedAddress(ReadOnlyMemory<char> Host, int Port);
