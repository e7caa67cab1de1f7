using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Microservices.Client.Connections;

/// <summary>Puts TLS over a connection.</summary>
internal static class TlsLink
{
    /// <exception cref="AuthenticationException">There is no agreement, or the server is not the one that is meant; the message says why.</exception>
    /// <exception cref="IOException">The link broke.</exception>
    public static async Task<Stream> OpenAsync(NetworkStream link, string host, TlsOptions options, CancellationToken cancellationToken)
    {
        var stream = new SslStream(link);
        try
        {
            await stream.AuthenticateAsClientAsync(Handshake(host, options), cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Handshake(string host, TlsOptions options)
    {
        var handshake = new SslClientAuthenticationOptions
        {
            TargetHost = options.ServerName ?? host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (!options.CheckServerName)
        {
            handshake.RemoteCertificateValidationCallback = static (_, _, _, faults) => (faults & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        }

        if (options.Authorities() is { } authorities)
        {
            handshake.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handshake.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handshake;
    }
}
