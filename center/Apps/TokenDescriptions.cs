using System.Globalization;
using Microservices.Center.Refusals;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using ApiKey = Microservices.Contracts.Center.SigningKey;
using RegisterKey = Microservices.Contracts.Register.SigningKey;

namespace Microservices.Center.Apps;

/// <summary>Register's policy of tokens and the API's.</summary>
internal static class TokenDescriptions
{
    /// <summary>What is longer is not repeated in an error.</summary>
    private const int MaxName = 32;

    public static TokenPolicy ToPolicy(AppDescription description) => new()
    {
        Kinds = KindsOf(description.TokenKinds),
        Keys = { description.TokenKeys.Select(ToRegister) },
        Audiences = { description.TokenAudiences },
        MaxLifetimeMs = description.TokenMaxLifetimeMs,
        ClockSkewMs = description.TokenClockSkewMs,
        GraceMs = description.TokenGraceMs,
    };

    /// <summary>A key as it may be shown: without its secret, whatever register told.</summary>
    public static ApiKey ToDescription(RegisterKey key) => new()
    {
        Kid = key.Kid,
        Alg = key.Alg,
        Kty = key.Kty,
        Use = key.Use,
        N = key.N,
        E = key.E,
        Crv = key.Crv,
        X = key.X,
        Y = key.Y,
    };

    public static string NameOf(TokenKinds kinds) => kinds switch
    {
        TokenKinds.Stored => "stored",
        TokenKinds.Signed => "signed",
        TokenKinds.Both => "both",

        // Of a newer register. It comes back as it went.
        _ => ((int)kinds).ToString(CultureInfo.InvariantCulture),
    };

    private static RegisterKey ToRegister(ApiKey key) => new()
    {
        Kid = key.Kid,
        Alg = key.Alg,
        Kty = key.Kty,
        Use = key.Use,
        N = key.N,
        E = key.E,
        Crv = key.Crv,
        X = key.X,
        Y = key.Y,
        K = key.K,
    };

    private static TokenKinds KindsOf(string name) => name switch
    {
        "" or "stored" => TokenKinds.Stored,
        "signed" => TokenKinds.Signed,
        "both" => TokenKinds.Both,
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => (TokenKinds)number,
        { Length: > MaxName } => throw new RefusedException(RefusalCode.InvalidArgument, $"app.token_kinds: {name.Length} characters are none of stored, signed, both"),
        _ => throw new RefusedException(RefusalCode.InvalidArgument, $"app.token_kinds: '{name}' is none of stored, signed, both"),
    };
}
