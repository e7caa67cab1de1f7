using System.Net;
using Microservices.Cli.Load.Publishing;

namespace Microservices.Cli.Load;

/// <summary>What a load run is to do.</summary>
internal sealed record LoadSettings
{
    public required string App { get; init; }

    public required int Connections { get; init; }

    /// <summary>Connections begun per second.</summary>
    public required int Rate { get; init; }

    /// <summary>Threads that share the connections.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How long to hold them once they are open; null = until Ctrl+C.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How much of that is not counted in latencies and rates.</summary>
    public TimeSpan? WarmUp { get; init; }

    /// <summary>The longest time between heartbeats; the server may ask for a shorter one.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Heartbeats per second over all connections; null = as <see cref="Heartbeat"/> says.</summary>
    public double? HeartbeatsPerSecond { get; init; }

    /// <summary>Heartbeats are answered.</summary>
    public bool HeartbeatAcks { get; init; }

    /// <summary>Kept messages are acknowledged.</summary>
    public bool Acknowledges { get; init; }

    /// <summary>How long messages took is taken from the stamps in them.</summary>
    public bool ReadsStamps { get; init; } = true;

    /// <summary>Connections, the first ones, that read nothing after their login.</summary>
    public int SlowReaders { get; init; }

    /// <summary>Connections dropped per second, which come back at once; 0 = none.</summary>
    public double ReconnectsPerSecond { get; init; }

    /// <summary>Percent of the connections that are dropped at once in the middle of the run; 0 = none.</summary>
    public double ReconnectStorm { get; init; }

    /// <summary>Local addresses to connect from; empty = the system's choice.</summary>
    public IReadOnlyList<IPAddress> Sources { get; init; } = [];

    /// <summary>What is published meanwhile.</summary>
    public LoadPublishing Publishing { get; init; } = new();

    /// <summary>Connections are dropped so as to come back.</summary>
    public bool Reconnects => ReconnectsPerSecond > 0 || ReconnectStorm > 0;

    /// <summary>What a verify proposes: not shorter than the heartbeats will be apart.</summary>
    public TimeSpan HeartbeatToPropose => HeartbeatsPerSecond is { } perSecond && Connections / perSecond > Heartbeat.TotalSeconds
        ? TimeSpan.FromSeconds(Connections / perSecond)
        : Heartbeat;

    /// <summary>How many heartbeats a number of connections send per second.</summary>
    /// <param name="connections">How many of all.</param>
    /// <param name="shortestMs">The shortest interval that the server asked for, ms.</param>
    public double BeatsOf(int connections, long shortestMs)
    {
        var needed = connections / Math.Min(HeartbeatToPropose.TotalMilliseconds, shortestMs) * 1_000;
        return HeartbeatsPerSecond is { } perSecond ? Math.Max(needed, perSecond * connections / Connections) : needed;
    }
}
