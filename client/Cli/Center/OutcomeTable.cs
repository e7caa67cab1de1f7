using Microservices.Cli.CommandLine;
using Microservices.Cli.Messages;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;
using Spectre.Console;

namespace Microservices.Cli.Center;

/// <summary>Shows what became of a request, user by user.</summary>
internal static class OutcomeTable
{
    /// <summary>Prints the table and a summary; the exit code is 0 only if all were sent or are kept.</summary>
    public static int Print(IAnsiConsole console, IReadOnlyCollection<UserOutcome> outcomes, string doneWord)
    {
        var hasPositions = outcomes.Any(static one => one.Position is not null);
        var table = hasPositions ? Tables.Create("user", "outcome", "where", "position", "why") : Tables.Create("user", "outcome", "where", "why");
        foreach (var one in outcomes)
        {
            string[] row = [one.User, Word(one.Outcome, doneWord) + (one.Repeated ? " (repeated)" : ""), Where(one), Positions.Of(one.Position), Why(one)];
            table.Row(hasPositions ? row : [.. row[..3], row[4]]);
        }

        console.Write(table);
        var counts = outcomes.GroupBy(static one => one.Outcome).OrderBy(static group => group.Key)
            .Select(group => $"{Units.Count(group.Count())} {Word(group.Key, doneWord)}");
        console.Line(string.Join(", ", counts));
        return outcomes.All(static one => one.Outcome is UserOutcome.Types.Outcome.Sent or UserOutcome.Types.Outcome.Kept)
            ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static string Word(UserOutcome.Types.Outcome outcome, string doneWord) => outcome switch
    {
        UserOutcome.Types.Outcome.Sent => doneWord,
        UserOutcome.Types.Outcome.Offline => "offline",
        UserOutcome.Types.Outcome.Kept => "kept",
        UserOutcome.Types.Outcome.Refused => "refused",
        UserOutcome.Types.Outcome.Undelivered => "undelivered",
        _ => "unknown",
    };

    private static string Where(UserOutcome outcome) =>
        string.Join(", ", outcome.SentTo.Select(static to => to.Device.Length > 0 ? $"{to.Room} ({to.Device})" : to.Room));

    private static string Why(UserOutcome outcome) =>
        outcome.Message.Length > 0 && outcome.Code.Length > 0 ? $"{outcome.Code}: {outcome.Message}" : outcome.Code + outcome.Message;
}
