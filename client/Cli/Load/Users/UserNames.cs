using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Load.Users;

/// <summary>The options that say who logs in.</summary>
internal sealed class UserNames
{
    private const int MaxFirst = 1_000_000_000;

    private readonly Option<string> _prefix = new("--users")
    {
        Description = "What the users' names begin with; a number follows. They get new tokens.",
        DefaultValueFactory = static _ => "load-",
        HelpName = "prefix",
    };

    private readonly Option<int> _first = LoadNumbers.Count("--first-user", "The first user's number, so that several runs share a prefix.", 0, 0, MaxFirst);

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = "A file of users and tokens, 'user token' in each line, in place of --users: no token is issued.",
        HelpName = "file",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_prefix);
        command.Options.Add(_first);
        command.Options.Add(_tokenFile);
    }

    /// <summary>They are in a file, and need nobody to issue tokens.</summary>
    public bool AreListed(ParseResult parsed) => parsed.GetValue(_tokenFile) is not null;

    /// <summary>The first user's number.</summary>
    public int FirstOf(ParseResult parsed) => parsed.GetRequiredValue(_first);

    /// <summary>The users of a run, with their tokens.</summary>
    /// <param name="parsed">What was given.</param>
    /// <param name="settings">Of the run.</param>
    /// <param name="center">Who issues tokens; null when they are in a file.</param>
    /// <param name="issued">Told of each token.</param>
    /// <param name="cancellationToken">The user has waited enough.</param>
    /// <exception cref="CliException">The file is of no use, or the center does not issue tokens.</exception>
    public async Task<LoadUser[]> ReadAsync(
        ParseResult parsed, LoadSettings settings, CenterConnection? center, Action issued, CancellationToken cancellationToken) =>
        AreListed(parsed)
            ? Listed(parsed, settings)
            : await LoadTokens.IssueAsync(center!, settings.App, Named(parsed, settings), issued, cancellationToken);

    /// <summary>Who they are: without tokens, unless these are in a file.</summary>
    /// <exception cref="CliException">The file is of no use.</exception>
    public LoadUser[] Names(ParseResult parsed, LoadSettings settings) =>
        AreListed(parsed) ? Listed(parsed, settings) : [.. Named(parsed, settings).Select(static name => new LoadUser(name, ""))];

    private LoadUser[] Listed(ParseResult parsed, LoadSettings settings) => parsed.GetResult(_prefix) is { Implicit: false }
        ? throw new CliException("--users and --token-file are both given; give one")
        : TokenList.Read(parsed.GetValue(_tokenFile)!, FirstOf(parsed), settings.Connections);

    private string[] Named(ParseResult parsed, LoadSettings settings)
    {
        var prefix = parsed.GetRequiredValue(_prefix);
        return [.. Enumerable.Range(FirstOf(parsed), settings.Connections).Select(number => $"{prefix}{number}")];
    }
}
