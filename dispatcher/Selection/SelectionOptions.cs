using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Selection;

/// <summary>How addresses are chosen; section <c>Selection</c>.</summary>
internal sealed class SelectionOptions
{
    public const string Section = "Selection";

    /// <summary>The most that either limit may be set to: the choice is kept on the stack.</summary>
    public const int Most = 16;

    /// <summary>Most addresses in an answer. Default 6.</summary>
    [Range(1, Most)]
    public int MaxAddresses { get; set; } = 6;

    /// <summary>Most rooms whose addresses are in an answer. Default 3: a client that finds two gateways dead has one more to try before it asks again.</summary>
    [Range(1, Most)]
    public int MaxRooms { get; set; } = 3;

    /// <summary>Give a room users in proportion to its capacity. Default true; false gives all the same share.</summary>
    public bool WeightByCapacity { get; set; } = true;

    /// <summary>The capacity, in connections, that a room which states none counts with. Default 10,000.</summary>
    [Range(1, 100_000_000)]
    public int AssumedCapacity { get; set; } = 10_000;
}

[OptionsValidator]
internal sealed partial class SelectionOptionsValidator : IValidateOptions<SelectionOptions>;
