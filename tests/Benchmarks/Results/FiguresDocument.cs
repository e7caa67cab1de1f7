namespace Microservices.Benchmarks.Results;

/// <summary>A document with places for tables: from <c>&lt;!-- figures: NAME --&gt;</c> to <c>&lt;!-- end --&gt;</c>. What stands around them is left as it is.</summary>
internal static class FiguresDocument
{
    private const string End = "<!-- end -->";

    /// <summary>Puts a table into its place.</summary>
    /// <exception cref="InvalidOperationException">It has no such place, or one without an end.</exception>
    public static string Replace(string document, string name, string table)
    {
        var begin = $"<!-- figures: {name} -->";
        var from = document.IndexOf(begin, StringComparison.Ordinal);
        if (from < 0)
        {
            throw new InvalidOperationException($"The document has no place for the figures of {name}: {begin}");
        }

        from += begin.Length;
        var to = document.IndexOf(End, from, StringComparison.Ordinal);
        var next = document.IndexOf("<!-- figures:", from, StringComparison.Ordinal);
        if (to < 0 || (next >= 0 && next < to))
        {
            throw new InvalidOperationException($"The place for the figures of {name} does not end: {End}");
        }

        return $"{document[..from]}\n{table.TrimEnd()}\n{document[to..]}";
    }
}
