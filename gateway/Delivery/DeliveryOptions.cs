using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery;

/// <summary>Section <c>Delivery</c>.</summary>
public sealed class DeliveryOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Delivery";

    /// <summary>How many message ids are remembered, to drop what the bus sends again after a fault. About 200 bytes each. Default 8,192.</summary>
    [Range(1, 1_000_000)]
    public int RepeatWindow { get; set; } = 8_192;

    /// <summary>The longest frame that is sent to a client, bytes with its header. JSON is longer than what it carries. Default 262,144.</summary>
    [Range(65_536, 16 * 1024 * 1024)]
    public int MaxFrameBytes { get; set; } = 256 * 1024;
}

[OptionsValidator]
internal sealed partial class DeliveryOptionsValidator : IValidateOptions<DeliveryOptions>;
