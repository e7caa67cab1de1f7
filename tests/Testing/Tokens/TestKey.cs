using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microservices.Testing.Tokens;

/// <summary>A key of an app that signs tokens, good ones and others. Signs with the runtime's own classes, not with the library that gateways check with.</summary>
public sealed class TestKey
{
    private readonly Func<byte[], byte[]> _sign;

    private TestKey(string kid, string alg, Func<byte[], byte[]> sign, JsonObject jwk)
    {
        Kid = kid;
        Alg = alg;
        _sign = sign;
        Jwk = jwk;
        Jwk["kid"] = kid;
        Jwk["alg"] = alg;
    }

    /// <summary>What tokens name it by.</summary>
    public string Kid { get; }

    /// <summary>What it is for.</summary>
    public string Alg { get; }

    /// <summary>What the app's policy says of it: the public key, or the secret.</summary>
    public JsonObject Jwk { get; }

    /// <summary>Makes a key.</summary>
    public static TestKey Create(string alg, string kid)
    {
        switch (alg)
        {
            case "RS256":
                var rsa = RSA.Create(2048);
                var modulus = rsa.ExportParameters(includePrivateParameters: false);
                return new TestKey(
                    kid, alg, bytes => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                    new JsonObject { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(modulus.Modulus), ["e"] = Base64Url.EncodeToString(modulus.Exponent) });
            case "ES256":
                var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                var point = ec.ExportParameters(includePrivateParameters: false).Q;
                return new TestKey(
                    kid, alg, bytes => ec.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                    new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) });
            case "HS256":
                return OfSecret(kid, RandomNumberGenerator.GetBytes(32));
            default:
                throw new ArgumentOutOfRangeException(nameof(alg), alg, "no such algorithm");
        }
    }

    /// <summary>A key of HS256.</summary>
    public static TestKey OfSecret(string kid, byte[] secret) => new(
        kid, "HS256", bytes => HMACSHA256.HashData(secret, bytes), new JsonObject { ["kty"] = "oct", ["k"] = Base64Url.EncodeToString(secret) });

    /// <summary>What a good token says, to be changed by a test.</summary>
    public static JsonObject Claims(string user, string audience, TimeSpan lifetime, DateTimeOffset? issued = null)
    {
        var at = issued ?? DateTimeOffset.UtcNow;
        return new JsonObject
        {
            ["sub"] = user,
            ["aud"] = audience,
            ["iat"] = at.ToUnixTimeMilliseconds() / 1000.0,
            ["exp"] = (at + lifetime).ToUnixTimeMilliseconds() / 1000.0,
        };
    }

    /// <summary>A good token.</summary>
    public string Token(string user, string audience, TimeSpan lifetime, DateTimeOffset? issued = null) => Sign(Claims(user, audience, lifetime, issued));

    /// <summary>A token that says <paramref name="claims"/>, under a header that may be another than the key's own.</summary>
    public string Sign(JsonNode claims, JsonObject? header = null) => Sign(claims.ToJsonString(), (header ?? Header()).ToJsonString());

    /// <summary>Signs any two texts.</summary>
    public string Sign(string payload, string header)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(_sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The header of its tokens, to be changed by a test.</summary>
    public JsonObject Header() => new() { ["alg"] = Alg, ["kid"] = Kid, ["typ"] = "JWT" };

    /// <summary>A part of a token.</summary>
    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(new { Kid, Alg });
}
