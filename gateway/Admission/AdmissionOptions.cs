using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Admission;

/// <summary>Who may connect, and how much. Section <c>Admission</c>; a change of the settings file holds for connections that come after it.</summary>
public sealed class AdmissionOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Admission";

    internal const int LeastMaxFrameBytes = 1_024;
    internal const int MostMaxFrameBytes = 1_048_576;

    /// <summary>The most connections of this gateway. Each takes one file descriptor: the limit of the process (<c>ulimit -n</c>) must be some hundred higher. Default 20,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>The most connections from one address (IPv6: from one /64). A carrier's NAT may hold thousands of users behind one address. Default 5,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 5_000;

    /// <summary>How many connections a second one address may open in the long run. Default 200.</summary>
    [Range(0.01, 1_000_000)]
    public double ConnectionsPerSecondPerAddress { get; set; } = 200;

    /// <summary>How many connections one address may open at once after a pause. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionBurstPerAddress { get; set; } = 1_000;

    /// <summary>How many addresses are remembered at once; connections from further ones are only under the limit of all. About 80 bytes each. Default 100,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxTrackedAddresses { get; set; } = 100_000;

    /// <summary>Whether the limits per address hold for loopback addresses too. Default false.</summary>
    public bool LimitLoopback { get; set; }

    /// <summary>Networks (<c>10.0.0.0/8</c>, <c>2001:db8::/32</c>) that may connect; none = all may.</summary>
    public IList<string> Allow { get; } = [];

    /// <summary>Networks that may not connect; goes before <see cref="Allow"/>.</summary>
    public IList<string> Deny { get; } = [];

    /// <summary>The longest frame that a client may send, bytes with its header. Needs a restart to change. Default 65,536.</summary>
    [Range(LeastMaxFrameBytes, MostMaxFrameBytes)]
    public int MaxFrameBytes { get; set; } = 65_536;
}

[OptionsValidator]
internal sealed partial class AdmissionOptionsValidator : IValidateOptions<AdmissionOptions>;

/// <summary>Checks what attributes cannot: the networks.</summary>
internal sealed class AdmissionNetworksValidator : IValidateOptions<AdmissionOptions>
{
    public ValidateOptionsResult Validate(string? name, AdmissionOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        foreach (var (list, networks) in new[] { (nameof(options.Allow), options.Allow), (nameof(options.Deny), options.Deny) })
        {
            foreach (var network in networks.Where(static network => !Networks.TryParse(network, out _)))
            {
                faults.AddError($"'{network}' is not a network such as 10.0.0.0/8 or 2001:db8::/32.", $"{AdmissionOptions.Section}:{list}");
            }
        }

        return faults.Build();
    }
}
