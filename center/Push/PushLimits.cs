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

    public static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(30);

    public const string DefaultContentType = "application/octet-stream";
}
