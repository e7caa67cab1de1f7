using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Messages;

/// <summary><c>ledger</c>: what became of all that was accepted for an app's inboxes, and whether the counts add up.</summary>
internal static class LedgerCommand
{
    /// <summary>Counting one by one takes long with many inboxes.</summary>
    private static readonly TimeSpan MeasureTimeout = TimeSpan.FromMinutes(5);

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var measure = new Option<bool>("--measure") { Description = "Count what waits in the inboxes one by one, too; takes long with many." };
        var command = new Command("ledger", "Show what became of all kept messages, and whether it adds up.") { app, measure };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new GetLedgerRequest { App = parsed.GetRequiredValue(app), Measure = parsed.GetValue(measure) };
            var ledger = await connection.CallAsync(
                (client, call) => client.GetLedgerAsync(request, call), cancellationToken, request.Measure ? MeasureTimeout : null);
            var table = Tables.Create("accepted", "acknowledged", "expired", "dead", "pending", "measured");
            table.Row(
                Units.Count((long)ledger.Accepted),
                Units.Count((long)ledger.Acknowledged),
                Units.Count((long)ledger.Expired),
                Units.Count((long)ledger.Dead),
                Units.Count((long)ledger.Pending),
                request.Measure ? Units.Count((long)ledger.MeasuredPending) : "-");
            terminal.Out.Write(table);
            return Judge(terminal, ledger, request.Measure);
        });
        return command;
    }

    private static int Judge(Terminal terminal, GetLedgerReply ledger, bool isMeasured)
    {
        if (!ledger.Complete)
        {
            terminal.Out.Line("Not complete: a part of the store does not answer, and its counts are missing.");
            return ExitCode.Incomplete;
        }

        var sum = ledger.Acknowledged + ledger.Expired + ledger.Dead + ledger.Pending;
        if (ledger.Accepted != sum)
        {
            terminal.Out.Line($"Not in balance: {Units.Count((long)ledger.Accepted)} were accepted, and the other counts make {Units.Count((long)sum)}.");
            return ExitCode.Incomplete;
        }

        if (isMeasured && ledger.MeasuredPending != ledger.Pending)
        {
            terminal.Out.Line(
                $"Not in balance: {Units.Count((long)ledger.Pending)} are counted as pending, and the inboxes hold {Units.Count((long)ledger.MeasuredPending)}.");
            return ExitCode.Incomplete;
        }

        terminal.Out.Line("In balance: accepted = acknowledged + expired + dead + pending.");
        return ExitCode.Done;
    }
}
