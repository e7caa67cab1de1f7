using Microservices.Benchmarks.Measuring;

namespace Microservices.Benchmarks.Comparison;

/// <summary>How much of everything.</summary>
/// <param name="Connections">To each server.</param>
/// <param name="Rounds">Of all servers, one after the other.</param>
/// <param name="WarmUp">How long broadcasts, bursts and heartbeats go on before they are measured: code that runs for the first time is compiled, then again.</param>
/// <param name="AtLeast">How long broadcasts, and bursts, go on at least.</param>
/// <param name="Beating">How long heartbeats go on.</param>
/// <param name="Rest">How long memory must be at rest; our gateway, which gives memory back when it is quiet, has more.</param>
internal sealed record Plan(int Connections, int Rounds, TimeSpan WarmUp, TimeSpan AtLeast, TimeSpan Beating, TimeSpan Rest)
{
    /// <summary>The gateway looks every 5 s and gives memory back at the first look that sees 5 s of quiet: within 10 s.</summary>
    public static readonly TimeSpan GatewayRest = TimeSpan.FromSeconds(12);

    /// <summary>What one process does when it may open 20,000 files, or half of that.</summary>
    public static Plan Full { get; } = new(
        ProcessFigures.DescriptorLimit() >= 19_500 ? 19_000 : 10_000, 3, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(3));

    /// <summary>To see whether everything runs, and roughly where it stands.</summary>
    public static Plan Quick { get; } = new(2_000, 3, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1));
}
