using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Microservices.Testing;

/// <summary>A certificate that a test makes for <c>localhost</c> and 127.0.0.1, signed by itself: its file is what a client trusts.</summary>
public sealed class TestCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <param name="name">A name it is valid for, beside none other when it isn't <c>localhost</c>.</param>
    /// <param name="notAfter">When it expires; a day from now unless given.</param>
    public TestCertificate(string name = "localhost", DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        var until = notAfter ?? DateTimeOffset.UtcNow.AddDays(1);
        using var certificate = request.CreateSelfSigned(until.AddDays(-30), until);
        Pem = certificate.ExportCertificatePem();
        KeyPem = key.ExportPkcs8PrivateKeyPem();
        Thumbprint = certificate.Thumbprint;
    }

    /// <summary>The certificate.</summary>
    public string Pem { get; }

    /// <summary>Its private key.</summary>
    public string KeyPem { get; }

    /// <summary>Tells it from another.</summary>
    public string Thumbprint { get; }

    /// <summary>Writes both files, each at once, as a deployment would.</summary>
    public void WriteTo(string certificateFile, string keyFile)
    {
        Replace(keyFile, KeyPem);
        Replace(certificateFile, Pem);
    }

    /// <summary>The certificate with its key.</summary>
    public X509Certificate2 Load()
    {
        using var pem = X509Certificate2.CreateFromPem(Pem, KeyPem);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>What a client says that trusts this certificate only, and checks the name.</summary>
    public SslClientAuthenticationOptions Trust(string name = "localhost") => new()
    {
        TargetHost = name,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509Certificate2.CreateFromPem(Pem) },
        },
    };

    private static void Replace(string file, string content)
    {
        File.WriteAllText(file + ".new", content);
        File.Move(file + ".new", file, overwrite: true);
    }
}
