using Microservices.Contracts.Register;

namespace Microservices.Gateway.Apps;

/// <summary>What the gateway needs of an app, with the contract's defaults filled in.</summary>
internal sealed record AppPolicy
{
    private const uint DefaultSilenceLimitMs = 150_000;
    private const uint DefaultMinHeartbeatMs = 2_000;
    private const uint DefaultMaxHeartbeatMs = 480_000;
    private const uint DefaultHeartbeatMs = 60_000;
    private const int DefaultMaxRecipients = 100;
    private const int DefaultMaxContentBytes = 32 * 1024;

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

    public required uint SilenceLimitMs { get; init; }

    public required uint MinHeartbeatMs { get; init; }

    public required uint MaxHeartbeatMs { get; init; }

    public required uint DefaultHeartbeat { get; init; }

    public static AppPolicy Of(App app)
    {
        var silence = Or(app.Liveness?.SilenceLimitMs, DefaultSilenceLimitMs);
        var least = Or(app.Liveness?.MinHeartbeatMs, DefaultMinHeartbeatMs);
        return new AppPolicy
        {
            MayChat = app.Chat?.Users ?? false,
            MayBroadcast = app.Chat?.Broadcast ?? false,
            MaxRecipients = (int)Math.Min(Or(app.Chat?.MaxRecipients, DefaultMaxRecipients), int.MaxValue),
            MaxContentBytes = (int)Math.Min(Or(app.MaxPayloadBytes, DefaultMaxContentBytes), int.MaxValue),
            SilenceLimitMs = silence,
            MinHeartbeatMs = least,
            // A client that beats twice within the silence limit survives the loss of one beat.
            MaxHeartbeatMs = Math.Max(least, Math.Min(Or(app.Liveness?.MaxHeartbeatMs, DefaultMaxHeartbeatMs), silence / 2)),
            DefaultHeartbeat = Or(app.Liveness?.DefaultHeartbeatMs, DefaultHeartbeatMs),
        };
    }

    /// <summary>The interval that holds, ms: what the client proposes (0 = nothing) within the bounds.</summary>
    public uint Heartbeat(uint proposedMs) =>
        Math.Clamp(proposedMs == 0 ? DefaultHeartbeat : proposedMs, MinHeartbeatMs, MaxHeartbeatMs);

    private static uint Or(uint? value, uint otherwise) => value is null or 0 ? otherwise : value.Value;
}
