using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Microservices.Client;

/// <summary>How a client checks that a gateway is the one that it means.</summary>
public sealed class TlsOptions
{
    /// <summary>A PEM file with the certificates of the authorities that are trusted, in place of the system's; read at each connection. Null = the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The name that the certificate must be for. Null = the host that is connected to.</summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// Whether the certificate must be for the name. Default true. False takes any certificate of a trusted authority: whoever has one can pretend to be the gateway.
    /// </summary>
    public bool CheckServerName { get; init; } = true;

    internal X509Certificate2Collection? Authorities()
    {
        if (CaFile is null)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(CaFile);
        return authorities;
    }

    internal void Validate()
    {
        Check.That(ServerName is null or { Length: > 0 }, nameof(ServerName), "empty; leave it out for the host's name");
        try
        {
            Check.That(Authorities() is null or { Count: > 0 }, nameof(CaFile), $"'{CaFile}', in which there is no certificate in PEM");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"{nameof(CaFile)} is '{CaFile}', which is of no use: {fault.Message}", nameof(CaFile));
        }
    }
}
