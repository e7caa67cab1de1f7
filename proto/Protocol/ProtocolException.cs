namespace Microservices.Protocol;

/// <summary>The peer broke the protocol. The message names what, value and limit, never content, and may be sent to the peer.</summary>
public sealed class ProtocolException : Exception
{
    /// <summary>Creates the fault.</summary>
    public ProtocolException(Code code, string message)
        : base(message) => Code = code;

    /// <summary>Creates the fault with its inner cause.</summary>
    public ProtocolException(Code code, string message, Exception? innerException)
        : base(message, innerException) => Code = code;

    /// <summary>Which fault.</summary>
    public Code Code { get; }

    /// <summary>The command of the frame at fault; null when it is not known.</summary>
    public Command? Command { get; private set; }

    /// <summary>The version of the frame at fault; null when it is not known.</summary>
    public uint? Version { get; private set; }

    /// <summary>The request's <c>id</c>; null when it is not known or has none.</summary>
    public string? Id { get; private set; }

    internal void AddOrigin(FrameHeader header, string? id)
    {
        Command ??= header.Command;
        Version ??= header.Version;
        Id ??= id;
    }
}
