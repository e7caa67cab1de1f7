namespace Microservices.Client.Connections;

/// <summary>The application's token provider failed.</summary>
internal sealed class TokenException(Exception cause) : Exception($"The token provider failed: {cause.Message}", cause);
