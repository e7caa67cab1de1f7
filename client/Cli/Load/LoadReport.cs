using Microservices.Cli.Load.Results;
using Spectre.Console;

namespace Microservices.Cli.Load;

/// <summary>The end of a run: tables for people and, last, a line of JSON for programs.</summary>
internal static class LoadReport
{
    /// <param name="onlyJson">No tables, and the run second by second in the JSON.</param>
    public static void Print(IAnsiConsole console, LoadResult result, bool onlyJson)
    {
        if (!onlyJson)
        {
            LoadTable.Print(console, result);
        }

        // Past the console: JSON is not folded to its width, and escapes what could control it.
        console.Profile.Out.Writer.WriteLine(LoadResultJson.Line(result, hasSeries: onlyJson));
        console.Profile.Out.Writer.Flush();
    }
}
