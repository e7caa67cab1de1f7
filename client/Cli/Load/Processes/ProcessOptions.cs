using System.CommandLine;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Load.Processes;

/// <summary>The options that say how many processes share a run.</summary>
internal sealed class ProcessOptions
{
    /// <summary>Given to each process that another started.</summary>
    public const string ChildName = "--child";

    /// <summary>How long a process may tell nothing.</summary>
    public const string MaxSilenceName = "--max-silence";

    private const int MaxProcesses = 64;
    private static readonly TimeSpan DefaultMaxSilence = TimeSpan.FromSeconds(30);

    // It tells something each second, and may be late.
    private static readonly TimeSpan LeastMaxSilence = TimeSpan.FromSeconds(3);

    private readonly Option<int> _processes = LoadNumbers.Count("--processes", "Processes that share the connections, each with its own descriptors.", 1, 1, MaxProcesses);
    private readonly Option<TimeSpan?> _maxSilence = Options.Span(MaxSilenceName, "With --processes: one that tells nothing for so long is killed, and its connections are lost. Default 30s.");
    private readonly Option<bool> _isChild = new(ChildName) { Hidden = true };

    public void AddTo(Command command)
    {
        command.Options.Add(_processes);
        command.Options.Add(_maxSilence);
        command.Options.Add(_isChild);
    }

    public int CountOf(ParseResult parsed) => parsed.GetRequiredValue(_processes);

    /// <inheritdoc cref="MaxSilenceName"/>
    /// <exception cref="CliException">It is too short.</exception>
    public TimeSpan MaxSilence(ParseResult parsed)
    {
        var span = parsed.GetValue(_maxSilence) ?? DefaultMaxSilence;
        return span >= LeastMaxSilence ? span : throw new CliException($"{MaxSilenceName} takes at least {LeastMaxSilence.TotalSeconds:0}s: processes tell something once a second");
    }

    /// <summary>What this process is of another; null when a user started it.</summary>
    public LoadChild? Child(ParseResult parsed, Terminal terminal) => parsed.GetValue(_isChild) ? new LoadChild(terminal) : null;
}
