using System.Globalization;
using Microservices.Center.Refusals;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;

namespace Microservices.Center.Apps;

/// <summary>Register's app and the API's: the same fields, of which each contract may grow by itself.</summary>
internal static class AppDescriptions
{
    /// <summary>What is longer is not repeated in an error.</summary>
    private const int MaxPresetName = 32;

    public static AppDescription ToDescription(App app) => new()
    {
        Name = app.Name,
        SessionPerDevice = app.Devices == DevicePolicy.PerDevice,
        ChatUsers = app.Chat?.Users ?? false,
        ChatBroadcast = app.Chat?.Broadcast ?? false,
        ChatMaxRecipients = app.Chat?.MaxRecipients ?? 0,
        ChatMaxPerSecond = app.Chat?.MaxPerSecond ?? 0,
        ChatBurst = app.Chat?.Burst ?? 0,
        SilenceLimitMs = app.Liveness?.SilenceLimitMs ?? 0,
        MinHeartbeatMs = app.Liveness?.MinHeartbeatMs ?? 0,
        MaxHeartbeatMs = app.Liveness?.MaxHeartbeatMs ?? 0,
        DefaultHeartbeatMs = app.Liveness?.DefaultHeartbeatMs ?? 0,
        LivenessPreset = NameOf(app.Liveness?.Preset ?? LivenessPreset.Plain),
        LivenessCursorStart = app.Liveness?.CursorStart ?? 0,
        LivenessCursorThreshold = app.Liveness?.CursorThreshold ?? 0,
        LivenessStrikes = app.Liveness?.Strikes ?? 0,
        LivenessAwayMs = app.Liveness?.AwayMs ?? 0,
        Sender = app.Sender,
        MaxPayloadBytes = app.MaxPayloadBytes,
        InboxMaxMessages = app.Keep?.MaxMessages ?? 0,
        InboxMaxBytes = app.Keep?.MaxBytes ?? 0,
        KeepMaxAgeMs = app.Keep?.MaxAgeMs ?? 0,
        AllMaxMessages = app.Keep?.AllMaxMessages ?? 0,
        AllMaxBytes = app.Keep?.AllMaxBytes ?? 0,
        AckTimeoutMs = app.Keep?.AckTimeoutMs ?? 0,
        MaxAttempts = app.Keep?.MaxAttempts ?? 0,
        MinDeadAgeMs = app.Keep?.MinDeadAgeMs ?? 0,
        KeyWindowMs = app.Keep?.KeyWindowMs ?? 0,
        KeepChat = app.Keep?.Chat ?? false,
        TokenKinds = TokenDescriptions.NameOf(app.Tokens?.Kinds ?? TokenKinds.Stored),
        TokenKeys = { app.Tokens?.Keys.Select(TokenDescriptions.ToDescription) ?? [] },
        TokenAudiences = { app.Tokens?.Audiences ?? [] },
        TokenMaxLifetimeMs = app.Tokens?.MaxLifetimeMs ?? 0,
        TokenClockSkewMs = app.Tokens?.ClockSkewMs ?? 0,
        TokenGraceMs = app.Tokens?.GraceMs ?? 0,
        Revision = app.Revision,
    };

    /// <summary>Without the revision, which is register's to give.</summary>
    /// <exception cref="RefusedException">There is no such preset.</exception>
    public static App ToApp(AppDescription description) => new()
    {
        Name = description.Name,
        Devices = description.SessionPerDevice ? DevicePolicy.PerDevice : DevicePolicy.Single,
        Chat = new ChatPolicy
        {
            Users = description.ChatUsers,
            Broadcast = description.ChatBroadcast,
            MaxRecipients = description.ChatMaxRecipients,
            MaxPerSecond = description.ChatMaxPerSecond,
            Burst = description.ChatBurst,
        },
        Liveness = new LivenessPolicy
        {
            SilenceLimitMs = description.SilenceLimitMs,
            MinHeartbeatMs = description.MinHeartbeatMs,
            MaxHeartbeatMs = description.MaxHeartbeatMs,
            DefaultHeartbeatMs = description.DefaultHeartbeatMs,
            Preset = PresetOf(description.LivenessPreset),
            CursorStart = description.LivenessCursorStart,
            CursorThreshold = description.LivenessCursorThreshold,
            Strikes = description.LivenessStrikes,
            AwayMs = description.LivenessAwayMs,
        },
        Sender = description.Sender,
        MaxPayloadBytes = description.MaxPayloadBytes,
        Keep = new KeepPolicy
        {
            MaxMessages = description.InboxMaxMessages,
            MaxBytes = description.InboxMaxBytes,
            MaxAgeMs = description.KeepMaxAgeMs,
            AllMaxMessages = description.AllMaxMessages,
            AllMaxBytes = description.AllMaxBytes,
            AckTimeoutMs = description.AckTimeoutMs,
            MaxAttempts = description.MaxAttempts,
            MinDeadAgeMs = description.MinDeadAgeMs,
            KeyWindowMs = description.KeyWindowMs,
            Chat = description.KeepChat,
        },
        Tokens = TokenDescriptions.ToPolicy(description),
    };

    private static string NameOf(LivenessPreset preset) => preset switch
    {
        LivenessPreset.Plain => "plain",
        LivenessPreset.Strict => "strict",
        LivenessPreset.Patient => "patient",

        // Of a newer register. It comes back as it went.
        _ => ((int)preset).ToString(CultureInfo.InvariantCulture),
    };

    private static LivenessPreset PresetOf(string name) => name switch
    {
        "" or "plain" => LivenessPreset.Plain,
        "strict" => LivenessPreset.Strict,
        "patient" => LivenessPreset.Patient,
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => (LivenessPreset)number,
        { Length: > MaxPresetName } => throw new RefusedException(RefusalCode.InvalidArgument, $"app.liveness_preset: {name.Length} characters are none of plain, strict, patient"),
        _ => throw new RefusedException(RefusalCode.InvalidArgument, $"app.liveness_preset: '{name}' is none of plain, strict, patient"),
    };

    /// <summary>Register's sentence about a field, in the field names of the API.</summary>
    public static string ToDescriptionFields(string sentence) => sentence
        .Replace("app.liveness.preset", "app.liveness_preset", StringComparison.Ordinal)
        .Replace("app.liveness.cursor_", "app.liveness_cursor_", StringComparison.Ordinal)
        .Replace("than cursor_", "than liveness_cursor_", StringComparison.Ordinal)
        .Replace("app.liveness.strikes", "app.liveness_strikes", StringComparison.Ordinal)
        .Replace("app.liveness.away_ms", "app.liveness_away_ms", StringComparison.Ordinal)
        .Replace("app.liveness.", "app.", StringComparison.Ordinal)
        .Replace("app.chat.", "app.chat_", StringComparison.Ordinal)
        .Replace("app.keep.max_messages", "app.inbox_max_messages", StringComparison.Ordinal)
        .Replace("app.keep.max_bytes", "app.inbox_max_bytes", StringComparison.Ordinal)
        .Replace("app.keep.max_age_ms", "app.keep_max_age_ms", StringComparison.Ordinal)
        .Replace("app.keep.chat", "app.keep_chat", StringComparison.Ordinal)
        .Replace("app.keep.", "app.", StringComparison.Ordinal)
        .Replace("app.tokens.", "app.token_", StringComparison.Ordinal);
}
