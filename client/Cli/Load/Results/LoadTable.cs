using Microservices.Cli.Output;
using Spectre.Console;

namespace Microservices.Cli.Load.Results;

/// <summary>What a run found, as tables on the console.</summary>
internal static class LoadTable
{
    public static void Print(IAnsiConsole console, LoadResult result)
    {
        console.Write(Of(["what", "count", ""], LoadRows.Counts(result)));
        if (LoadRows.Latencies(result) is { Count: > 0 } latencies)
        {
            console.Write(Of([.. LoadRows.LatencyColumns], latencies));
        }
    }

    private static Table Of(string[] columns, IReadOnlyList<string[]> rows)
    {
        var table = Tables.Create(columns);
        foreach (var row in rows)
        {
            table.Row(row);
        }

        return table;
    }
}
