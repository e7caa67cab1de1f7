using Microservices.Contracts.Register;
using Microservices.Gateway.Liveness;
using TokenPolicy = Microservices.Gateway.Tokens.TokenPolicy;

namespace Microservices.Gateway.Apps;

/// <summary>What the gateway needs of an app, with the contract's defaults filled in.</summary>
internal sealed record AppPolicy
{
    private const uint DefaultSilenceLimitMs = 150_000;
    private const uint DefaultMinHeartbeatMs = 2_000;
    private const uint DefaultMaxHeartbeatMs = 480_000;
    private const uint DefaultHeartbeatMs = 60_000;
    private const uint StrictSilenceLimitMs = 4_000;
    private const uint StrictHeartbeatMs = 2_000;
    private const uint DefaultCursorStart = 3;
    private const uint DefaultCursorThreshold = 5;
    private const uint DefaultStrikes = 3;
    private const uint DefaultAwayMs = 1_800_000;
    private const int DefaultMaxRecipients = 100;
    private const uint DefaultChatsPerSecond = 100;
    private const uint DefaultChatBurst = 1_000;
    private const int DefaultMaxContentBytes = 32 * 1024;
    private const uint DefaultAckTimeoutMs = 30_000;

    /// <summary>An app that only the defaults are known of.</summary>
    public static AppPolicy Default { get; } = Of(new App());

    /// <summary>
    /// An app that register let a session into some moments before its watch tells of it: chat goes up, and the center, which judges it too,
    /// has the word.
    /// </summary>
    public static AppPolicy NotTold { get; } = Default with { MayChat = true, MayBroadcast = true };

    public required bool MayChat { get; init; }

    public required bool MayBroadcast { get; init; }

    public required int MaxRecipients { get; init; }

    public required int MaxContentBytes { get; init; }

    /// <summary>What one session may send up.</summary>
    public required ChatRate ChatRate { get; init; }

    public required uint SilenceLimitMs { get; init; }

    /// <summary>What is allowed of silence.</summary>
    public required LivenessRules Liveness { get; init; }

    public required uint MinHeartbeatMs { get; init; }

    public required uint MaxHeartbeatMs { get; init; }

    public required uint DefaultHeartbeat { get; init; }

    /// <summary>A kept message that is not acknowledged for so long ends the connection, ms.</summary>
    public required uint AckTimeoutMs { get; init; }

    /// <summary>Which tokens log its users in.</summary>
    public required TokenPolicy Tokens { get; init; }

    public static AppPolicy Of(App app)
    {
        var liveness = app.Liveness ?? new LivenessPolicy();
        var isStrict = liveness.Preset == LivenessPreset.Strict;
        var isPatient = liveness.Preset == LivenessPreset.Patient;
        var silence = Or(liveness.SilenceLimitMs, isStrict ? StrictSilenceLimitMs : DefaultSilenceLimitMs);

        // A client that beats twice within the silence limit survives the loss of one beat.
        var bound = isPatient ? uint.MaxValue : silence / 2;
        var least = Or(liveness.MinHeartbeatMs, Math.Min(DefaultMinHeartbeatMs, bound));
        return new AppPolicy
        {
            MayChat = app.Chat?.Users ?? false,
            MayBroadcast = app.Chat?.Broadcast ?? false,
            ChatRate = new ChatRate(Or(app.Chat?.MaxPerSecond, DefaultChatsPerSecond), Or(app.Chat?.Burst, DefaultChatBurst)),
            MaxRecipients = (int)Math.Min(Or(app.Chat?.MaxRecipients, DefaultMaxRecipients), int.MaxValue),
            MaxContentBytes = (int)Math.Min(Or(app.MaxPayloadBytes, DefaultMaxContentBytes), int.MaxValue),
            SilenceLimitMs = silence,
            Liveness = isPatient ? Patient(liveness) : LivenessRules.Tight(silence),
            MinHeartbeatMs = least,
            MaxHeartbeatMs = Math.Max(least, Math.Min(Or(liveness.MaxHeartbeatMs, DefaultMaxHeartbeatMs), bound)),
            AckTimeoutMs = Or(app.Keep?.AckTimeoutMs, DefaultAckTimeoutMs),
            Tokens = TokenPolicy.Of(app),
            DefaultHeartbeat = Or(liveness.DefaultHeartbeatMs, isStrict ? StrictHeartbeatMs : DefaultHeartbeatMs),
        };
    }

    /// <summary>The interval that holds, ms: what the client proposes (0 = nothing) within the bounds.</summary>
    public uint Heartbeat(uint proposedMs) =>
        Math.Clamp(proposedMs == 0 ? DefaultHeartbeat : proposedMs, MinHeartbeatMs, MaxHeartbeatMs);

    /// <summary>How long a client that beats every <paramref name="heartbeatMs"/> may fall silent before it is cut, at the least, ms.</summary>
    public uint SilenceLimit(uint heartbeatMs) => Liveness.OneBeatIsEnough
        ? SilenceLimitMs
        : (uint)Math.Min(Liveness.SilenceUntilAwayMs(heartbeatMs) + Liveness.AwayMs, uint.MaxValue);

    private static LivenessRules Patient(LivenessPolicy liveness)
    {
        // Register refuses what contradicts itself; a value that is left to its default gives way.
        var start = Or(liveness.CursorStart, DefaultCursorStart);
        var threshold = Math.Clamp(liveness.CursorThreshold > 0 ? liveness.CursorThreshold : Math.Max(DefaultCursorThreshold, start + 2), 2, LivenessRules.MaxThreshold);
        return LivenessRules.Patient(
            (byte)Math.Min(start, threshold - 1),
            (byte)threshold,
            (byte)Math.Min(Or(liveness.Strikes, DefaultStrikes), LivenessRules.MaxStrikes),
            Or(liveness.AwayMs, DefaultAwayMs));
    }

    private static uint Or(uint? value, uint otherwise) => value is null or 0 ? otherwise : value.Value;
}
