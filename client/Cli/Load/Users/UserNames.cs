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

    /// <summary>The users of a run, with their tokens.</summary>
    /// <exception cref="CliException">The file is of no use, or the center does not issue tokens.</exception>
    public async Task<LoadUser[]> ReadAsync(
        ParseResult parsed, LoadSettings settings, CenterConnection? center, LoadProgress progress, CancellationToken cancellationToken)
    {
        var first = parsed.GetRequiredValue(_first);
        if (parsed.GetValue(_tokenFile) is { } path)
        {
            return parsed.GetResult(_prefix) is { Implicit: false }
                ? throw new CliException("--users and --token-file are both given; give one")
                : TokenList.Read(path, first, settings.Connections);
        }

        var prefix = parsed.GetRequiredValue(_prefix);
        var names = Enumerable.Range(first, settings.Connections).Select(number => $"{prefix}{number}").ToArray();
        return await progress.TokensAsync(issued => LoadTokens.IssueAsync(center!, settings.App, names, issued, cancellationToken));
    }
}
