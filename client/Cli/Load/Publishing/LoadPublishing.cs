namespace Microservices.Cli.Load.Publishing;

/// <summary>What a load run publishes through the center while it holds its connections.</summary>
internal sealed record LoadPublishing
{
    /// <summary>Messages to everybody, per second, a burst counted as one; 0 = none.</summary>
    public double BroadcastsPerSecond { get; init; }

    /// <summary>How many broadcasts follow one another at once.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>Messages to one user each, per second; 0 = none.</summary>
    public double UnicastsPerSecond { get; init; }

    /// <summary>They are kept until acknowledged (QoS 1).</summary>
    public bool IsKept { get; init; }

    public int PayloadBytes { get; init; } = 128;

    public bool IsAny => BroadcastsPerSecond > 0 || UnicastsPerSecond > 0;
}
