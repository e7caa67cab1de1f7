using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.ServiceAuth;

/// <summary>The secret in use. Nothing prints it.</summary>
internal sealed class ServiceSecret
{
    public const int MinLength = 16;
    public const string Header = "authorization";
    private const string Scheme = "Bearer ";

    private readonly ImmutableArray<byte[]> _accepted;

    public ServiceSecret(IOptions<ServiceAuthOptions> options)
    {
        var secrets = Read(options.Value);
        HeaderValue = Scheme + secrets[0];
        _accepted = [.. secrets.Select(static secret => Digest(secret))];
    }

    /// <summary>What a caller sends.</summary>
    public string HeaderValue { get; }

    /// <summary>The secrets of <paramref name="options"/>, the one to send first.</summary>
    public static string[] Read(ServiceAuthOptions options) => options.SecretFile is { } file
        ? File.ReadAllText(file).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : options.Secret is { } secret ? [secret] : [];

    /// <summary>Whether the value of the header holds an accepted secret. The time it takes tells nothing about the secret.</summary>
    public bool Accepts(string? header)
    {
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var given = Digest(header[Scheme.Length..]);
        var accepts = false;
        foreach (var accepted in _accepted)
        {
            accepts |= CryptographicOperations.FixedTimeEquals(given, accepted);
        }

        return accepts;
    }

    // Digests have one length: not even the length of the secret shows.
    private static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
