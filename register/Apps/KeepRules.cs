using Microservices.Contracts.Register;

namespace Microservices.Register.Apps;

/// <summary>What an app's policy of keeping messages may be. Zero stands for the default.</summary>
internal static class KeepRules
{
    private const uint MaxMessages = 100_000;
    private const uint MaxBytes = 256 * 1024 * 1024;
    private const uint MinAgeMs = 1_000;
    private const uint MaxAgeMs = 2_592_000_000;
    private const uint MinAckTimeoutMs = 1_000;
    private const uint MaxAckTimeoutMs = 600_000;
    private const uint MaxAttempts = 10_000;
    private const uint MaxKeyWindowMs = 604_800_000;

    /// <summary>The first rule that the policy breaks: field, then what, value and limit.</summary>
    public static (string Field, string Message)? FaultOf(KeepPolicy keep) =>
        AppRules.InRange("app.keep.max_messages", keep.MaxMessages, 1, MaxMessages)
        ?? AppRules.InRange("app.keep.max_bytes", keep.MaxBytes, 1, MaxBytes)
        ?? AppRules.InRange("app.keep.max_age_ms", keep.MaxAgeMs, MinAgeMs, MaxAgeMs)
        ?? AppRules.InRange("app.keep.all_max_messages", keep.AllMaxMessages, 1, MaxMessages)
        ?? AppRules.InRange("app.keep.all_max_bytes", keep.AllMaxBytes, 1, MaxBytes)
        ?? AppRules.InRange("app.keep.ack_timeout_ms", keep.AckTimeoutMs, MinAckTimeoutMs, MaxAckTimeoutMs)
        ?? AppRules.InRange("app.keep.max_attempts", keep.MaxAttempts, 1, MaxAttempts)
        ?? AppRules.InRange("app.keep.min_dead_age_ms", keep.MinDeadAgeMs, 1, MaxAgeMs)
        ?? AppRules.InRange("app.keep.key_window_ms", keep.KeyWindowMs, 1, MaxKeyWindowMs);
}
