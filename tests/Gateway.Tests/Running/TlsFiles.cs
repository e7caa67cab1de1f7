using Microservices.Testing;

namespace Microservices.Gateway.Tests.Running;

/// <summary>A certificate in files, as a gateway is told of it.</summary>
internal sealed class TlsFiles : IDisposable
{
    private readonly TempFolder _folder = new();

    public TlsFiles() => Certificate.WriteTo(CertificateFile, KeyFile);

    public TestCertificate Certificate { get; } = new();

    public string CertificateFile => Path.Combine(_folder.Path, "tls.pem");

    public string KeyFile => Path.Combine(_folder.Path, "tls.key");

    /// <summary>With these a gateway listens with TLS, and looks at the files at every turn.</summary>
    public (string Key, string Value)[] Settings(params (string Key, string Value)[] more) =>
    [
        ("Tls:Port", "0"), ("Tls:CertificateFile", CertificateFile), ("Tls:KeyFile", KeyFile), ("Tls:CertificateCheckInterval", "00:00:00.050"), .. more,
    ];

    public void Dispose() => _folder.Dispose();
}
