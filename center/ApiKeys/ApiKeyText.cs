using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Microservices.Center.ApiKeys;

/// <summary>How a key is written: <c>mk_&lt;id&gt;_&lt;secret&gt;</c>, the secret being 256 random bits in base64url, 43 characters.</summary>
internal static class ApiKeyText
{
    public const string Prefix = "mk_";
    public const int SecretBytes = 32;
    public const int SecretLength = 43;
    public const int MaxIdLength = 64;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static string New(string id) => $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";

    /// <summary>The hash that is stored: SHA-256 of the whole text of the key.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    public static bool IsId(ReadOnlySpan<char> id) => id.Length is > 0 and <= MaxIdLength && !id.ContainsAnyExcept(IdCharacters);

    /// <summary>The id inside <paramref name="key"/>; false when it isn't written like a key. An id has no underscore, a secret may have.</summary>
    public static bool TryGetId(string key, out string id)
    {
        id = "";
        var idLength = key.Length - Prefix.Length - 1 - SecretLength;
        if (idLength is < 1 or > MaxIdLength
            || !key.StartsWith(Prefix, StringComparison.Ordinal)
            || key[Prefix.Length + idLength] != '_'
            || !IsId(key.AsSpan(Prefix.Length, idLength)))
        {
            return false;
        }

        id = key.Substring(Prefix.Length, idLength);
        return true;
    }
}
