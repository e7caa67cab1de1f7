using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Told = Microservices.Contracts.Register.SigningKey;

namespace Microservices.Gateway.Tokens;

/// <summary>
/// A key of an app, good for one algorithm. Parsed when a token first names it, and kept for as long as the app's policy is the same. A class, so
/// that nothing prints the secret.
/// </summary>
internal sealed class TokenKey(Told told)
{
    private readonly Lazy<SignatureProvider?> _verifier = new(() => Create(told));

    public string Id => told.Kid;

    public string Algorithm => told.Alg;

    /// <summary>Whether the key signed it. From any thread.</summary>
    public bool HasSigned(byte[] signed, byte[] signature)
    {
        try
        {
            return _verifier.Value is { } verifier && verifier.Verify(signed, signature);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            // No signature of this algorithm.
            return false;
        }
    }

    /// <returns>Null: it is no key. Register lets none in.</returns>
    private static SignatureProvider? Create(Told told)
    {
        var key = new JsonWebKey { Kid = told.Kid };
        switch (told.Alg)
        {
            case SecurityAlgorithms.RsaSha256:
                (key.Kty, key.N, key.E) = (JsonWebAlgorithmsKeyTypes.RSA, told.N, told.E);
                break;
            case SecurityAlgorithms.EcdsaSha256:
                (key.Kty, key.Crv, key.X, key.Y) = (JsonWebAlgorithmsKeyTypes.EllipticCurve, JsonWebKeyECTypes.P256, told.X, told.Y);
                break;
            case SecurityAlgorithms.HmacSha256:
                (key.Kty, key.K) = (JsonWebAlgorithmsKeyTypes.Octet, told.K);
                break;
            default:
                return null;
        }

        try
        {
            return new CryptoProviderFactory { CacheSignatureProviders = false }.CreateForVerifying(key, told.Alg);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or NotSupportedException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
