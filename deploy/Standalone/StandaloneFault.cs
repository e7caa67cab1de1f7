namespace Microservices.Standalone;

/// <summary>Why it can't run, in a sentence for the person who started it.</summary>
internal sealed class StandaloneFault(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
