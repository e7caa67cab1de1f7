using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Lifetime;

/// <summary>How the gateway ends. Section <c>Shutdown</c>.</summary>
public sealed class ShutdownOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Shutdown";

    /// <summary>How long all steps together may take; what is not done by then is left. Less than the 30 s that the process has. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:00:28")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Over how long clients are told to spread their reconnects. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ReconnectSpread { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class ShutdownOptionsValidator : IValidateOptions<ShutdownOptions>;
