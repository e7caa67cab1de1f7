using Microservices.Protocol;

namespace Microservices.Client;

/// <summary>What was asked of the client cannot be done; <see cref="Code"/> says why.</summary>
public sealed class PushClientException : Exception
{
    /// <summary>Creates the exception.</summary>
    public PushClientException(Code code, string message)
        : base(message) => Code = code;

    /// <summary>Creates the exception with its cause.</summary>
    public PushClientException(Code code, string message, Exception innerException)
        : base(message, innerException) => Code = code;

    /// <summary>Why, by the protocol's code table.</summary>
    public Code Code { get; }
}
