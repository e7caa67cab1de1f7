using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Microservices.Hosting.Listening.Certificates;

/// <summary>A certificate as it was read, with what every handshake that uses it needs. Never changes.</summary>
internal sealed class ServerCertificate
{
    private readonly X509Certificate2 _certificate;
    private readonly byte[] _content;

    private ServerCertificate(X509Certificate2 certificate, X509Certificate2Collection chain, byte[] content, bool speaksHttp)
    {
        _certificate = certificate;
        _content = content;
        Handshake = new SslServerAuthenticationOptions
        {
            // Offline: nothing is asked of anybody while a client waits.
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,

            // Kestrel fills in the versions of HTTP where there is nothing.
            ApplicationProtocols = speaksHttp ? null : [],
        };
    }

    public SslServerAuthenticationOptions Handshake { get; }

    public string Subject => _certificate.Subject;

    /// <summary>When it expires.</summary>
    public DateTimeOffset NotAfter => _certificate.NotAfter;

    /// <summary>Both files as they are now, as one value to compare.</summary>
    /// <exception cref="IOException">One can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public static byte[] ReadContent(string certificateFile, string keyFile) =>
        SHA256.HashData([.. SHA256.HashData(File.ReadAllBytes(certificateFile)), .. SHA256.HashData(File.ReadAllBytes(keyFile))]);

    public bool IsOf(byte[] content) => _content.AsSpan().SequenceEqual(content);

    /// <summary>Reads both files.</summary>
    /// <param name="fault">Why they are of no use. Never contains of the key.</param>
    public static bool TryRead(
        string certificateFile,
        string keyFile,
        bool speaksHttp,
        [NotNullWhen(true)] out ServerCertificate? certificate,
        [NotNullWhen(false)] out string? fault)
    {
        certificate = null;
        try
        {
            var content = ReadContent(certificateFile, keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            if (chain.Count == 0)
            {
                fault = $"There is no certificate in '{certificateFile}'.";
                return false;
            }

            chain.RemoveAt(0);
            certificate = new ServerCertificate(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), chain, content, speaksHttp);
            fault = null;
            return true;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            fault = unreadable.Message;
            return false;
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            fault = $"'{certificateFile}' and '{keyFile}' are not a certificate and its key in PEM: {unusable.Message}";
            return false;
        }
    }
}
