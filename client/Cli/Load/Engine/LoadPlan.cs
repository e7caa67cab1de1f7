using System.Net;
using Microservices.Cli.Load.Engine.Transports;

namespace Microservices.Cli.Load.Engine;

/// <summary>Which connections one loop opens, where to, and how fast.</summary>
internal sealed record LoadPlan
{
    /// <summary>Where to; they take turns, by the connections' numbers.</summary>
    public required IReadOnlyList<LoadTarget> Targets { get; init; }

    /// <summary>How many.</summary>
    public required int Count { get; init; }

    /// <summary>The number of the first, and how far the next number is: loops share the numbers of a run.</summary>
    public int First { get; init; }

    public int Step { get; init; } = 1;

    /// <summary>Local addresses to connect from, which take turns; empty = the system's choice.</summary>
    public IReadOnlyList<IPAddress> Sources { get; init; } = [];

    public LoadTransport Transport { get; init; } = LoadTransport.Tcp;

    /// <summary>How many to begin per second.</summary>
    public double Rate { get; init; } = 1_000;

    /// <summary>How many may be on the way to their login; a slow server slows the run down.</summary>
    public int MaxOpening { get; init; } = 1_000;

    /// <summary>How long the way from connecting to the login may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many of them, the first ones, read nothing after their login.</summary>
    public int SlowReaders { get; init; }
}
