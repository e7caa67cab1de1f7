using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Arrivals.Tls;

/// <summary>
/// What TLS handshakes of clients may cost. Section <c>Tls</c>, beside the listener's own options there
/// (<see cref="Hosting.Listening.ListenerOptions"/>: address, port, certificate, how long a handshake may take).
/// </summary>
public sealed class TlsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Tls";

    /// <summary>The most handshakes under way; a further connection is cut. About 40 KB each. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxHandshakes { get; set; } = 1_000;

    /// <summary>The same from one address (IPv6: from one /64), so that who stalls cannot hold all of them. Default 100.</summary>
    [Range(1, 1_000_000)]
    public int MaxHandshakesPerAddress { get; set; } = 100;
}

[OptionsValidator]
internal sealed partial class TlsOptionsValidator : IValidateOptions<TlsOptions>;
