using Microservices.Contracts.Register;
using Told = Microservices.Contracts.Register.TokenPolicy;

namespace Microservices.Gateway.Tokens;

/// <summary>Which tokens an app takes, with the contract's defaults filled in.</summary>
internal sealed class TokenPolicy
{
    private const uint DefaultMaxLifetimeMs = 3_600_000;
    private const uint DefaultClockSkewMs = 60_000;
    private const uint DefaultGraceMs = 5_000;

    private readonly TokenKey[] _keys;
    private readonly string[] _audiences;

    private TokenPolicy(string app, Told told)
    {
        Kinds = told.Kinds;
        MaxLifetimeMs = Or(told.MaxLifetimeMs, DefaultMaxLifetimeMs);
        ClockSkewMs = Or(told.ClockSkewMs, DefaultClockSkewMs);
        GraceMs = Or(told.GraceMs, DefaultGraceMs);
        _keys = [.. told.Keys.Select(static key => new TokenKey(key))];
        _audiences = told.Audiences.Count > 0 ? [.. told.Audiences] : [app];
    }

    /// <summary>Stored tokens only.</summary>
    public static TokenPolicy Stored { get; } = new("", new Told());

    public TokenKinds Kinds { get; }

    /// <summary>From issue to expiry at most.</summary>
    public uint MaxLifetimeMs { get; }

    /// <summary>By how much the clock of who signed may differ.</summary>
    public uint ClockSkewMs { get; }

    /// <summary>So long after its token has expired a session is closed.</summary>
    public uint GraceMs { get; }

    public static TokenPolicy Of(App app) => app.Tokens is { } told && (told.Kinds != TokenKinds.Stored || told.Keys.Count > 0) ? new TokenPolicy(app.Name, told) : Stored;

    /// <summary>Whether the token is to be checked as a signed one. Never true where the app takes stored ones only.</summary>
    public bool IsSigned(string token) => Kinds switch
    {
        TokenKinds.Signed => token.Length > 0,
        TokenKinds.Both => SignedText.LooksSigned(token),
        _ => false,
    };

    public TokenKey? Find(string id)
    {
        foreach (var key in _keys)
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }

    public bool IsFor(string audience) => Array.IndexOf(_audiences, audience) >= 0;

    private static uint Or(uint value, uint otherwise) => value == 0 ? otherwise : value;
}
