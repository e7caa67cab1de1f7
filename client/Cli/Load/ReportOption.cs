using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using System.Text;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Results;
using Microservices.Cli.Load.Results.Html;

namespace Microservices.Cli.Load;

/// <summary>The option that has a page written about a run.</summary>
internal sealed class ReportOption
{
    // A key on the command line has no place in a page that is passed on.
    private static readonly HashSet<string> Secret = new(StringComparer.Ordinal) { "--key" };

    private readonly Option<string?> _file = new("--report")
    {
        Description = "A file to write a page with charts to, HTML.",
        HelpName = "file",
    };

    public void AddTo(Command command) => command.Options.Add(_file);

    /// <summary>Better said before a run than behind it: the file can be written.</summary>
    /// <exception cref="CliException">It cannot.</exception>
    public void Check(ParseResult parsed) => Write(parsed, static path => File.Open(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose());

    /// <summary>Writes the page, if one is asked for.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public void Write(ParseResult parsed, LoadResult result, DateTimeOffset began)
    {
        var page = new HtmlReport(
            result,
            Settings(parsed),
            CommandOf(parsed),
            began,
            $"{Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        Write(parsed, path => File.WriteAllText(path, page.ToString(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)));
    }

    /// <summary>What was given, as a shell takes it, but for the key.</summary>
    internal static string CommandOf(ParseResult parsed) => string.Join(' ',
    [
        parsed.CommandResult.Command.Name,
        .. Given(parsed).SelectMany(static given => given.Tokens.Count == 0
            ? [given.Option.Name]
            : given.Tokens.SelectMany(token => new[] { given.Option.Name, Quoted(token.Value) })),
    ]);

    private static List<KeyValuePair<string, string>> Settings(ParseResult parsed)
    {
        var given = Given(parsed).ToDictionary(static one => one.Option.Name);
        var settings = new List<KeyValuePair<string, string>>();
        foreach (var option in parsed.CommandResult.Command.Options.Where(static option => !option.Hidden && !Secret.Contains(option.Name)))
        {
            var value = given.TryGetValue(option.Name, out var result)
                ? result.Tokens.Count == 0 ? "yes" : string.Join(", ", result.Tokens.Select(static token => token.Value))
                : Default(option);
            if (value.Length > 0)
            {
                settings.Add(new KeyValuePair<string, string>(option.Name, value));
            }
        }

        return settings;
    }

    private static IEnumerable<OptionResult> Given(ParseResult parsed) => parsed.CommandResult.Children.OfType<OptionResult>()
        .Where(static one => !one.Implicit && !one.Option.Hidden && !Secret.Contains(one.Option.Name));

    private static string Default(Option option) => option.HasDefaultValue && option.GetDefaultValue() is (int or string) and var value ? $"{value} (default)" : "";

    private static string Quoted(string value) =>
        value.Length > 0 && value.All(static letter => char.IsAsciiLetterOrDigit(letter) || "-_./:,%@+=".Contains(letter, StringComparison.Ordinal))
            ? value
            : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private void Write(ParseResult parsed, Action<string> write)
    {
        if (parsed.GetValue(_file) is not { } path)
        {
            return;
        }

        try
        {
            write(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException($"The report '{path}' cannot be written: {fault.Message}");
        }
    }
}
