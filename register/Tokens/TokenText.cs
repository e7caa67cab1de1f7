using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Microservices.Register.Tokens;

/// <summary>Makes, judges and compares tokens.</summary>
internal static class TokenText
{
    public const int MinLength = 16;
    public const int MaxLength = 512;
    private const int RandomBytes = 32;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>What is wrong with a token that a caller wants to store, or null.</summary>
    public static string? FaultOf(string token) =>
        token.Length is < MinLength or > MaxLength ? $"has {token.Length} characters; it takes {MinLength} to {MaxLength}"
        : token.Any(static c => c is < '!' or > '~') ? "has a character that is not visible ASCII"
        : null;

    /// <summary>Takes as long for a wrong token as for the right one. No token fits an absent or empty one.</summary>
    public static bool IsSame(string? stored, string given)
    {
        Span<byte> one = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> other = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(stored ?? ""), one);
        SHA256.HashData(Encoding.UTF8.GetBytes(given), other);
        return CryptographicOperations.FixedTimeEquals(one, other) & !string.IsNullOrEmpty(stored);
    }
}
