using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Microservices.Hosting.Listening;

/// <summary>Where a listener listens; one section of configuration for each listener, named like it.</summary>
public sealed class ListenerOptions
{
    /// <summary>An IP address, <c>localhost</c> (127.0.0.1) or <c>*</c> (every address). Default 127.0.0.1: nothing is open to a network by accident.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0 to 65535. With 0 the system picks a free port; <see cref="BoundEndpoints"/> tells which.</summary>
    public int Port { get; set; }

    /// <summary>A PEM file with the certificate and its chain. Given: the listener speaks TLS.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the private key of <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>How long a TLS handshake may take. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the two files are looked at: new ones are used without a restart. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "1.00:00:00")]
    public TimeSpan CertificateCheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    internal const string AnyAddress = "*";

    internal static IPAddress? ParseAddress(string address) =>
        address == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(address, out var parsed) ? parsed : null;
}
