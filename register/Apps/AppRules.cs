using Microservices.Contracts;
using Microservices.Contracts.Register;

namespace Microservices.Register.Apps;

/// <summary>What an app's policies may be. Zero stands for the default where the contract says so.</summary>
internal static class AppRules
{
    private const uint MaxRecipients = 10_000;
    private const uint MaxChatsPerSecond = 10_000;
    private const uint MaxChatBurst = 100_000;
    private const uint MaxPayloadBytes = 1024 * 1024;
    private const uint MinSilenceMs = 1_000;
    private const uint MinHeartbeatMs = 500;
    private const uint MinCursorThreshold = 2;
    private const uint MaxCursorThreshold = 100;
    private const uint MaxStrikes = 100;
    private const uint MinAwayMs = 1_000;
    private const uint DefaultSilenceMs = 150_000;
    private const uint StrictSilenceMs = 4_000;
    private const uint MaxMs = 24 * 60 * 60 * 1_000;

    /// <summary>The first rule that the app breaks: field, then what, value and limit.</summary>
    public static (string Field, string Message)? FaultOf(App app) =>
        FaultOf("app.name", Identifiers.FaultOfApp(app.Name))
        ?? FaultOf("app.devices", Enum.IsDefined(app.Devices) ? null : $"{(int)app.Devices} is no device policy")
        ?? FaultOf("app.sender", app.Sender.Length == 0 ? null : Identifiers.FaultOfName("sender", app.Sender))
        ?? InRange("app.max_payload_bytes", app.MaxPayloadBytes, 1, MaxPayloadBytes)
        ?? InRange("app.chat.max_recipients", app.Chat?.MaxRecipients ?? 0, 1, MaxRecipients)
        ?? InRange("app.chat.max_per_second", app.Chat?.MaxPerSecond ?? 0, 1, MaxChatsPerSecond)
        ?? InRange("app.chat.burst", app.Chat?.Burst ?? 0, 1, MaxChatBurst)
        ?? FaultOf(app.Liveness ?? new LivenessPolicy())
        ?? KeepRules.FaultOf(app.Keep ?? new KeepPolicy())
        ?? TokenRules.FaultOf(app.Tokens ?? new TokenPolicy());

    private static (string Field, string Message)? FaultOf(LivenessPolicy liveness)
    {
        var fault = FaultOf("app.liveness.preset", Enum.IsDefined(liveness.Preset) ? null : $"{(int)liveness.Preset} is no preset of liveness")
            ?? InRange("app.liveness.silence_limit_ms", liveness.SilenceLimitMs, MinSilenceMs, MaxMs)
            ?? InRange("app.liveness.min_heartbeat_ms", liveness.MinHeartbeatMs, MinHeartbeatMs, MaxMs)
            ?? InRange("app.liveness.max_heartbeat_ms", liveness.MaxHeartbeatMs, MinHeartbeatMs, MaxMs)
            ?? InRange("app.liveness.default_heartbeat_ms", liveness.DefaultHeartbeatMs, MinHeartbeatMs, MaxMs)
            ?? InRange("app.liveness.cursor_threshold", liveness.CursorThreshold, MinCursorThreshold, MaxCursorThreshold)
            ?? InRange("app.liveness.cursor_start", liveness.CursorStart, 1, MaxCursorThreshold - 1)
            ?? InRange("app.liveness.strikes", liveness.Strikes, 1, MaxStrikes)
            ?? InRange("app.liveness.away_ms", liveness.AwayMs, MinAwayMs, MaxMs);
        return fault ?? ContradictionIn(liveness);
    }

    private static (string Field, string Message)? ContradictionIn(LivenessPolicy liveness)
    {
        // Only what was said can contradict itself: a bound left at 0 gives way.
        var (min, max, usual) = (liveness.MinHeartbeatMs, liveness.MaxHeartbeatMs, liveness.DefaultHeartbeatMs);
        return min > 0 && max > 0 && min > max ? ("app.liveness.min_heartbeat_ms", $"{min} is more than max_heartbeat_ms {max}")
            : usual > 0 && min > usual ? ("app.liveness.default_heartbeat_ms", $"{usual} is less than min_heartbeat_ms {min}")
            : usual > 0 && max > 0 && usual > max ? ("app.liveness.default_heartbeat_ms", $"{usual} is more than max_heartbeat_ms {max}")
            : liveness.CursorThreshold > 0 && liveness.CursorStart >= liveness.CursorThreshold
                ? ("app.liveness.cursor_start", $"{liveness.CursorStart} is not less than cursor_threshold {liveness.CursorThreshold}")
            : liveness.Preset != LivenessPreset.Patient && min > SilenceOf(liveness) / 2
                ? ("app.liveness.min_heartbeat_ms", $"{min} is more than half of silence_limit_ms {SilenceOf(liveness)}: a client that beats no faster is cut when one beat is late")
            : null;
    }

    private static uint SilenceOf(LivenessPolicy liveness) => liveness.SilenceLimitMs > 0 ? liveness.SilenceLimitMs
        : liveness.Preset == LivenessPreset.Strict ? StrictSilenceMs : DefaultSilenceMs;

    public static (string Field, string Message)? InRange(string field, uint value, uint min, uint max) =>
        value == 0 || (value >= min && value <= max) ? null : (field, $"{value} is outside of {min} to {max} (0 = the default)");

    private static (string Field, string Message)? FaultOf(string field, string? fault) => fault is null ? null : (field, fault);
}
