using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>The heartbeat interval to begin with, by the client's network; section <c>Heartbeat</c>. The gateway has the last word.</summary>
internal sealed class HeartbeatOptions
{
    public const string Section = "Heartbeat";

    /// <summary>For a network that is not listed, or not named. Default 60 s.</summary>
    public TimeSpan Default { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// By network. Default <c>mobile</c> 270 s: shorter than the 5 min after which mobile carriers commonly forget a silent connection,
    /// and long enough to let the radio sleep.
    /// </summary>
    public Dictionary<string, TimeSpan> Networks { get; } = new(StringComparer.Ordinal)
    {
        ["wifi"] = TimeSpan.FromSeconds(60),
        ["ethernet"] = TimeSpan.FromSeconds(60),
        ["mobile"] = TimeSpan.FromSeconds(270),
    };
}

internal sealed class HeartbeatOptionsValidator : IValidateOptions<HeartbeatOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, HeartbeatOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Check(options.Default, "Heartbeat:Default", faults);
        foreach (var (network, interval) in options.Networks)
        {
            if (network.Length > EndpointsQuery.MaxNetworkLength)
            {
                faults.AddError($"'{network}' has {network.Length} characters; the limit is {EndpointsQuery.MaxNetworkLength}.", "Heartbeat:Networks");
            }

            Check(interval, $"Heartbeat:Networks:{network}", faults);
        }

        return faults.Build();
    }

    private static void Check(TimeSpan interval, string key, ValidateOptionsResultBuilder faults)
    {
        if (interval < Shortest || interval > Longest)
        {
            faults.AddError($"{interval} is not between {Shortest} and {Longest}.", key);
        }
    }
}
