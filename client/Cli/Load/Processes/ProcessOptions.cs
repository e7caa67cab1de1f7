using System.CommandLine;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Load.Processes;

/// <summary>The options that say how many processes share a run.</summary>
internal sealed class ProcessOptions
{
    /// <summary>Given to each process that another started.</summary>
    public const string ChildName = "--child";

    private const int MaxProcesses = 64;

    private readonly Option<int> _processes = LoadNumbers.Count("--processes", "Processes that share the connections, each with its own descriptors.", 1, 1, MaxProcesses);
    private readonly Option<bool> _isChild = new(ChildName) { Hidden = true };

    public void AddTo(Command command)
    {
        command.Options.Add(_processes);
        command.Options.Add(_isChild);
    }

    public int CountOf(ParseResult parsed) => parsed.GetRequiredValue(_processes);

    /// <summary>What this process is of another; null when a user started it.</summary>
    public LoadChild? Child(ParseResult parsed, Terminal terminal) => parsed.GetValue(_isChild) ? new LoadChild(terminal) : null;
}
