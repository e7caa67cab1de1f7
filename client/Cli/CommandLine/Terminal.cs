using Spectre.Console;

namespace Microservices.Cli.CommandLine;

/// <summary>Where a command reads and writes: the process's own streams, or a test's.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Faults, a line each.</param>
/// <param name="In">What the user types.</param>
/// <param name="IsInteractive">A person types; otherwise the input is a file or a pipe.</param>
internal sealed record Terminal(IAnsiConsole Out, TextWriter Error, TextReader In, bool IsInteractive)
{
    // A pipe has no width: lines are for programs and are not folded.
    private const int WidthOfPipe = 1_000;

    public static Terminal OfProcess()
    {
        var console = Console.IsOutputRedirected
            ? Plain(Console.Out)
            : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        return new Terminal(console, Console.Error, Console.In, !Console.IsInputRedirected);
    }

    /// <summary>Plain text to a writer, unfolded.</summary>
    public static Terminal Of(TextWriter output, TextWriter error, TextReader input) => new(Plain(output), error, input, IsInteractive: false);

    private static IAnsiConsole Plain(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = WidthOfPipe;
        return console;
    }
}
