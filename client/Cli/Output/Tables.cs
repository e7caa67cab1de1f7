using Spectre.Console;

namespace Microservices.Cli.Output;

/// <summary>Tables of strangers' text: nothing in it is taken for markup or control.</summary>
internal static class Tables
{
    public static Table Create(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)).NoWrap());
        }

        return table;
    }

    public static void Row(this Table table, params string[] cells) =>
        table.AddRow(cells.Select(static cell => new Text(Printable.Of(cell))));

    /// <summary>One line, not folded and without markup.</summary>
    public static void Line(this IAnsiConsole console, string line, Style? style = null)
    {
        console.Write(new Text(Printable.Of(line), style) { Overflow = Overflow.Fold });
        console.WriteLine();
    }
}
