namespace Microservices.Cli.CommandLine;

/// <summary>What the user is told, in one sentence, before the command ends with <see cref="ExitCode.Failed"/>. Never holds a key or a token.</summary>
internal sealed class CliException(string message, Exception? cause = null) : Exception(message, cause);
