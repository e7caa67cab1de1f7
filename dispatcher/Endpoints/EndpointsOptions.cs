using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>What an answer says beside the addresses; section <c>Endpoints</c>.</summary>
internal sealed class EndpointsOptions
{
    public const string Section = "Endpoints";

    /// <summary>How long a client may go on with an answer. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>When a client should ask again while there are no rooms. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class EndpointsOptionsValidator : IValidateOptions<EndpointsOptions>;
