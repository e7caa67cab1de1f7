namespace Microservices.Cli.Load.Results;

/// <summary>What a run found, of one process or of several together.</summary>
internal sealed record LoadResult
{
    /// <summary>Connections that were asked for.</summary>
    public required int Connections { get; init; }

    /// <summary>How many a second were to be begun.</summary>
    public required int Rate { get; init; }

    /// <summary>All that was counted.</summary>
    public required LoadCounts Counts { get; init; }

    /// <summary>What was counted while all connections were held, behind the warm-up: rates are of this.</summary>
    public required LoadCounts Steady { get; init; }

    /// <summary>How long opening took.</summary>
    public required TimeSpan Opening { get; init; }

    /// <summary>How long the connections were held, warm-up included.</summary>
    public required TimeSpan Held { get; init; }

    /// <summary>The time that <see cref="Steady"/> is of.</summary>
    public required TimeSpan Measured { get; init; }

    public required LoadSeries Series { get; init; }

    /// <summary>How many processes held the connections.</summary>
    public int Processes { get; init; } = 1;

    /// <summary>Processes that ended before they should, a sentence each.</summary>
    public IReadOnlyList<string> ProcessFailures { get; init; } = [];

    /// <summary>Done only if every connection was verified and stayed.</summary>
    public int ExitCode => Counts[LoadCount.Open] == Connections && ProcessFailures.Count == 0 ? Microservices.Cli.CommandLine.ExitCode.Done : Microservices.Cli.CommandLine.ExitCode.Incomplete;

    /// <summary>Of how much the steady part had so many a second; 0 when there was none.</summary>
    public double PerSecond(LoadCount what) => Measured > TimeSpan.Zero ? Steady[what] / Measured.TotalSeconds : 0;
}
