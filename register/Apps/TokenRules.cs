using Microservices.Contracts.Register;

namespace Microservices.Register.Apps;

/// <summary>What an app's policy of tokens may be. Zero stands for the default. What it says of a key never repeats a part of it.</summary>
internal static class TokenRules
{
    /// <summary>As long as a revocation is remembered, at most.</summary>
    public const uint MaxLifetimeMs = 86_400_000;

    private const int MaxKeys = 8;
    private const int MaxAudiences = 8;
    private const int MaxAudienceLength = 128;
    private const uint MinLifetimeMs = 1_000;
    private const uint MaxSkewMs = 300_000;
    private const uint MaxGraceMs = 300_000;

    /// <summary>The first rule that the policy breaks: field, then what, value and limit.</summary>
    public static (string Field, string Message)? FaultOf(TokenPolicy tokens) =>
        FaultOf("app.tokens.kinds", Enum.IsDefined(tokens.Kinds) ? null : $"{(int)tokens.Kinds} is no kind of tokens")
        ?? FaultOf("app.tokens.keys", FaultOfKeys(tokens))
        ?? tokens.Keys.Select(static (key, i) => TokenKeyRules.FaultOf($"app.tokens.keys[{i}]", key)).FirstOrDefault(static fault => fault is not null)
        ?? FaultOf("app.tokens.audiences", tokens.Audiences.Count > MaxAudiences ? $"there are {tokens.Audiences.Count}; at most {MaxAudiences} can be" : null)
        ?? FaultOf("app.tokens.audiences", tokens.Audiences.Any(static one => !IsAudience(one)) ? $"one is not 1 to {MaxAudienceLength} characters without control characters" : null)
        ?? AppRules.InRange("app.tokens.max_lifetime_ms", tokens.MaxLifetimeMs, MinLifetimeMs, MaxLifetimeMs)
        ?? AppRules.InRange("app.tokens.clock_skew_ms", tokens.ClockSkewMs, 1, MaxSkewMs)
        ?? AppRules.InRange("app.tokens.grace_ms", tokens.GraceMs, 1, MaxGraceMs);

    private static string? FaultOfKeys(TokenPolicy tokens) =>
        tokens.Keys.Count > MaxKeys ? $"there are {tokens.Keys.Count}; at most {MaxKeys} can be"
        : tokens.Keys.Count == 0 && tokens.Kinds != TokenKinds.Stored ? "there is none; signed tokens need one"
        : tokens.Keys.GroupBy(static key => key.Kid).Any(static same => same.Count() > 1) ? "two have the same kid"
        : null;

    private static bool IsAudience(string audience) => audience.Length is > 0 and <= MaxAudienceLength && !audience.Any(char.IsControl);

    private static (string Field, string Message)? FaultOf(string field, string? fault) => fault is null ? null : (field, fault);
}
