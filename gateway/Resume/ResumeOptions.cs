using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Resume;

/// <summary>Resume tickets. Section <c>Resume</c>.</summary>
public sealed class ResumeOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Resume";

    /// <summary>Whether clients are given tickets. Those of other gateways are taken in any case. Default true.</summary>
    public bool Issue { get; set; } = true;

    /// <summary>The oldest ticket that is taken; it also ends with its key, which register rotates. A session may be older than its ticket allows: its client needs its token then. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan MaxTicketAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>By how much the clocks of gateways may differ. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class ResumeOptionsValidator : IValidateOptions<ResumeOptions>;
