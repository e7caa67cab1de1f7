using System.CommandLine;
using Microservices.Cli.Apps;
using Microservices.Cli.Chat;
using Microservices.Cli.Kick;
using Microservices.Cli.Load;
using Microservices.Cli.Messages;
using Microservices.Cli.Presence;
using Microservices.Cli.Push;
using Microservices.Cli.Receive;
using Microservices.Cli.Rooms;
using Microservices.Cli.Tokens;

namespace Microservices.Cli.CommandLine;

/// <summary>The command line: what commands there are, and how their faults are told.</summary>
internal static class CliApp
{
    /// <summary>How long a command may take to end well after Ctrl+C.</summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var parsed = Root(terminal).Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            await terminal.Error.WriteLineAsync($"{Sentence(parsed.Errors[0].Message)} See '{parsed.CommandResult.Command.Name} --help'.");
            return ExitCode.Failed;
        }

        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = terminal.Out.Profile.Out.Writer,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = EndTimeout,
            };
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (CliException fault)
        {
            await terminal.Error.WriteLineAsync(Sentence(fault.Message));
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception fault)
        {
            // A bug; its kind and message are all that a user can pass on without a debugger.
            await terminal.Error.WriteLineAsync(Sentence($"Unexpected {fault.GetType().Name}: {fault.Message}"));
            return ExitCode.Failed;
        }
    }

    private static RootCommand Root(Terminal terminal) =>
        new("Chat, push and look after the platform from a terminal.")
        {
            ChatCommand.Create(terminal),
            ReceiveCommand.Create(terminal),
            PushCommand.Create(terminal),
            KickCommand.Create(terminal),
            WhoCommand.Create(terminal),
            WatchCommand.Create(terminal),
            TokenCommand.Create(terminal),
            AppsCommand.Create(terminal),
            RoomsCommand.Create(terminal),
            InboxCommand.Create(terminal),
            DeadLettersCommand.Create(terminal),
            LedgerCommand.Create(terminal),
            LoadCommand.Create(terminal),
        };

    private static string Sentence(string message)
    {
        var line = message.ReplaceLineEndings(" ").Trim();
        return line.Length > 0 && line[^1] is '.' or '!' or '?' ? line : line + ".";
    }
}
