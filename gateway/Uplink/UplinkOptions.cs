using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Uplink;

/// <summary>How much may be on its way upward. Section <c>Uplink</c>.</summary>
public sealed class UplinkOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Uplink";

    /// <summary>The most messages of one connection that the bus has not confirmed; then the connection is not read. Default 32.</summary>
    [Range(1, 10_000)]
    public int MaxInFlightPerConnection { get; set; } = 32;

    /// <summary>The most messages of the gateway that the bus has not confirmed; then no connection that sends is read. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxInFlight { get; set; } = 10_000;
}

[OptionsValidator]
internal sealed partial class UplinkOptionsValidator : IValidateOptions<UplinkOptions>;
