namespace Microservices.Protocol;

/// <summary>Whether a connection ends with a code.</summary>
public enum CodeKind
{
    /// <summary>A request failed; the connection goes on.</summary>
    Error = 0,

    /// <summary>The connection ends.</summary>
    Close = 1,
}
