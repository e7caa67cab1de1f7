namespace Microservices.Hosting.Rpc;

/// <summary>The caller's request is at fault. Over gRPC it becomes INVALID_ARGUMENT with this text.</summary>
/// <param name="field">The field as the contract names it.</param>
/// <param name="message">What, value and limit.</param>
public sealed class InvalidRequestException(string field, string message) : Exception($"{field}: {message}")
{
    /// <summary>The field as the contract names it.</summary>
    public string Field { get; } = field;
}
