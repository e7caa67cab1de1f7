namespace Microservices.Center.Push;

/// <summary>What a push may hold; stated in center.proto.</summary>
internal static class PushLimits
{
    /// <summary>For an app that states no limit of its own, bytes.</summary>
    public const uint DefaultMaxPayloadBytes = 32 * 1024;

    /// <summary>Characters.</summary>
    public const int MaxContentTypeLength = 128;

    /// <summary>Characters.</summary>
    public const int MaxTypeLength = 64;

    /// <summary>Characters.</summary>
    public const int MaxKeyLength = 128;

    /// <summary>For how long an app that states nothing keeps messages, ms; stated at KeepPolicy in register.proto.</summary>
    public const uint DefaultMaxAgeMs = 604_800_000;

    public static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(30);

    public const string DefaultContentType = "application/octet-stream";
}
