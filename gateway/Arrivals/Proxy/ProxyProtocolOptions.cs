using System.ComponentModel.DataAnnotations;
using Microservices.Gateway.Admission;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Arrivals.Proxy;

/// <summary>Load balancers that tell the client's address with the PROXY protocol, version 2. Section <c>ProxyProtocol</c>.</summary>
public sealed class ProxyProtocolOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "ProxyProtocol";

    /// <summary>Networks (<c>10.0.0.0/8</c>) whose connections begin with a PROXY header. Only whoever may say where a connection comes from belongs here: limits and rules go by it. Default none: the protocol is off.</summary>
    public IList<string> TrustedNetworks { get; } = [];

    /// <summary>How long the header may take. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest header, with what load balancers add to it, bytes. Default 1,024.</summary>
    [Range(ProxyHeader.LeastBytes, 4_096)]
    public int MaxHeaderBytes { get; set; } = 1_024;

    /// <summary>The most headers that are awaited; a further connection is cut. Default 10,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxAwaited { get; set; } = 10_000;
}

[OptionsValidator]
internal sealed partial class ProxyProtocolOptionsValidator : IValidateOptions<ProxyProtocolOptions>;

/// <summary>Checks what attributes cannot: the networks.</summary>
internal sealed class TrustedNetworksValidator : IValidateOptions<ProxyProtocolOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyProtocolOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        foreach (var network in options.TrustedNetworks.Where(static network => !Networks.TryParse(network, out _)))
        {
            faults.AddError($"'{network}' is not a network such as 10.0.0.0/8 or 2001:db8::/32.", $"{ProxyProtocolOptions.Section}:{nameof(options.TrustedNetworks)}");
        }

        return faults.Build();
    }
}
