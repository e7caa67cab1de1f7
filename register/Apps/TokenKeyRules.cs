using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microservices.Contracts.Register;

namespace Microservices.Register.Apps;

/// <summary>What a key of signed tokens must be. What it says of a key never repeats a part of it.</summary>
internal static class TokenKeyRules
{
    public const string Rs256 = "RS256";
    public const string Es256 = "ES256";
    public const string Hs256 = "HS256";
    private const int MaxKidLength = 64;
    private const int MinRsaBits = 2_048;
    private const int MaxRsaBits = 4_096;
    private const int MaxExponentBytes = 4;
    private const int PointBytes = 32;
    private const int MinSecretBytes = 32;
    private const int MaxSecretBytes = 256;

    /// <summary>The first rule that the key breaks.</summary>
    public static (string Field, string Message)? FaultOf(string field, SigningKey key)
    {
        if (key.Kid.Length is 0 or > MaxKidLength || key.Kid.Any(static letter => letter is < '!' or > '~'))
        {
            return ($"{field}.kid", $"is not 1 to {MaxKidLength} visible ASCII characters");
        }

        var (part, message) = key.Alg switch
        {
            Rs256 => FaultOfRsa(key),
            Es256 => FaultOfEc(key),
            Hs256 => FaultOfSecret(key),
            _ => ("alg", $"is none of {Rs256}, {Es256}, {Hs256}"),
        };
        return part is null ? FaultOfUse(field, key) : ($"{field}.{part}", message!);
    }

    private static (string Field, string Message)? FaultOfUse(string field, SigningKey key) =>
        key.Use is "" or "sig" ? null : ($"{field}.use", "is not sig");

    private static (string? Part, string? Message) FaultOfRsa(SigningKey key)
    {
        if (FaultOfKind(key, "RSA", key.X + key.Y + key.Crv + key.K) is { } fault)
        {
            return fault;
        }

        var modulus = Decode(key.N, MaxRsaBits / 8);
        var bits = modulus is [var first, ..] ? (modulus.Length * 8) - byte.LeadingZeroCount(first) : 0;
        var exponent = Decode(key.E, MaxExponentBytes);
        return bits is < MinRsaBits or > MaxRsaBits || modulus![0] == 0 ? ("n", $"is not the modulus of an RSA key of {MinRsaBits} to {MaxRsaBits} bits, in base64url")
            : exponent is not [not 0, ..] || (exponent[^1] & 1) == 0 || exponent is [1] ? ("e", "is not an odd exponent of at most 32 bits, in base64url")
            : (null, null);
    }

    private static (string? Part, string? Message) FaultOfEc(SigningKey key)
    {
        if (FaultOfKind(key, "EC", key.N + key.E + key.K) is { } fault)
        {
            return fault;
        }

        if (key.Crv is not ("" or "P-256"))
        {
            return ("crv", $"is not P-256, which {Es256} asks for");
        }

        if (Decode(key.X, PointBytes) is not { Length: PointBytes } x || Decode(key.Y, PointBytes) is not { Length: PointBytes } y)
        {
            return ("x", $"and y are not {PointBytes} bytes each, in base64url");
        }

        try
        {
            using var point = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
            return (null, null);
        }
        catch (CryptographicException)
        {
            return ("x", "and y are no point of P-256");
        }
    }

    private static (string? Part, string? Message) FaultOfSecret(SigningKey key)
    {
        if (FaultOfKind(key, "oct", key.N + key.E + key.X + key.Y + key.Crv) is { } fault)
        {
            return fault;
        }

        return key.K.Length == 0 ? ("k", "is missing, and none is stored for this kid")
            : Decode(key.K, MaxSecretBytes) is not { Length: >= MinSecretBytes } ? ("k", $"is not a secret of {MinSecretBytes} to {MaxSecretBytes} bytes, in base64url")
            : (null, null);
    }

    private static (string? Part, string? Message)? FaultOfKind(SigningKey key, string kind, string others) =>
        key.Kty.Length > 0 && key.Kty != kind ? ("kty", $"is not {kind}, which {key.Alg} asks for")
        : others.Length > 0 ? ("alg", $"is {key.Alg}, and the key has fields of another kind of key")
        : null;

    private static byte[]? Decode(string text, int maxBytes)
    {
        // White space and padding are no part of it, although the decoder would skip them.
        if (text.Length > Base64Url.GetEncodedLength(maxBytes) || text.AsSpan().ContainsAny(" \t\r\n="))
        {
            return null;
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var length) == OperationStatus.Done ? bytes[..length] : null;
    }
}
