namespace Microservices.Cli.CommandLine;

/// <summary>What a command returns to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The command could not do its work; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>It did its work, but not for everybody: a user was offline, a connection was refused.</summary>
    public const int Incomplete = 2;

    /// <summary>Ended by Ctrl+C, as shells number it.</summary>
    public const int Interrupted = 130;
}
