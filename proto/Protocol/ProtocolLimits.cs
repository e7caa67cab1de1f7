namespace Microservices.Protocol;

/// <summary>Limits on what a body may hold, beside the length of its frame.</summary>
public static class ProtocolLimits
{
    /// <summary>How deep JSON may be nested, unknown fields included.</summary>
    public const int MaxJsonDepth = 16;

    /// <summary>Entries of a repeated field.</summary>
    public const int MaxEntries = 10_000;
}
