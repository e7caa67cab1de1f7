using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load.Processes;

/// <summary>What one of several processes does of a run.</summary>
/// <param name="Number">From 0.</param>
/// <param name="First">The first of its connections, counted over the run.</param>
/// <param name="Connections">How many it holds.</param>
internal sealed record LoadShare(int Number, int First, int Connections)
{
    // Of the run as a whole, or of nobody's business but the parent's. Keys travel by the environment.
    private static readonly HashSet<string> NotPassedOn = new(StringComparer.Ordinal)
    {
        "--processes", ProcessOptions.MaxSilenceName, "--report", "--json", "--key", "--key-file", "--broadcasts", "--burst", "--unicasts", "--qos", "--payload-bytes", "--ack",
    };

    /// <summary>Shares that differ by one connection at most.</summary>
    /// <exception cref="CliException">There is too little to share.</exception>
    public static IReadOnlyList<LoadShare> Of(LoadSettings settings, int processes)
    {
        if (processes > settings.Connections || processes > settings.Rate)
        {
            throw new CliException(
                $"{Units.Count(processes)} processes cannot share {Units.Count(settings.Connections)} connections at {Units.Count(settings.Rate)} a second");
        }

        return
        [
            .. Enumerable.Range(0, processes).Select(number =>
            {
                var first = Part(settings.Connections, number, processes);
                return new LoadShare(number, first, Part(settings.Connections, number + 1, processes) - first);
            }),
        ];
    }

    /// <summary>The arguments of its process: those of the run, but for what is shared. Never a secret: others on the machine can read them.</summary>
    /// <param name="parsed">The run's.</param>
    /// <param name="settings">The run's.</param>
    /// <param name="firstUser">The number of the run's first user.</param>
    /// <param name="processes">How many share the run.</param>
    public IReadOnlyList<string> Arguments(ParseResult parsed, LoadSettings settings, int firstUser, int processes)
    {
        Dictionary<string, string> shared = new(StringComparer.Ordinal)
        {
            ["--connections"] = Text(Connections),
            ["--first-user"] = Text(firstUser + First),
            ["--rate"] = Text(Part(settings.Rate, Number + 1, processes) - Part(settings.Rate, Number, processes)),
            ["--slow-readers"] = Text(Part(settings.SlowReaders, First + Connections, settings.Connections) - Part(settings.SlowReaders, First, settings.Connections)),
        };
        var part = (double)Connections / settings.Connections;
        if (settings.HeartbeatsPerSecond is { } heartbeats)
        {
            shared["--heartbeats"] = Text(heartbeats * part);
        }

        if (settings.ReconnectsPerSecond > 0)
        {
            shared["--reconnects"] = Text(settings.ReconnectsPerSecond * part);
        }

        return
        [
            parsed.CommandResult.Command.Name,
            ProcessOptions.ChildName,
            .. shared.Select(static one => $"{one.Key}={one.Value}"),
            .. settings.Acknowledges ? ["--ack"] : Array.Empty<string>(),
            .. parsed.CommandResult.Children.OfType<OptionResult>()
                .Where(given => !given.Implicit && !NotPassedOn.Contains(given.Option.Name) && !shared.ContainsKey(given.Option.Name))
                .SelectMany(static given => given.Tokens.Count == 0
                    ? [given.Option.Name]
                    : given.Tokens.Select(token => $"{given.Option.Name}={token.Value}")),
        ];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Options take no exponents.
    private static string Text(double number) => number.ToString("0.################", CultureInfo.InvariantCulture);

    private static int Part(int whole, int number, int of) => (int)((long)whole * number / of);
}
