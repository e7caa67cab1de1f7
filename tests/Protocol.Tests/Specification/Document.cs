namespace Microservices.Protocol.Tests.Specification;

/// <summary>The files of proto/ that the tests compare the code with.</summary>
internal static class Document
{
    private static readonly string[] Lines = File.ReadAllLines(PathOf("client-protocol.md"));

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Specification", name);

    /// <summary>The lines of every block that is marked as <c>frame</c>.</summary>
    public static IEnumerable<string[]> FrameBlocks()
    {
        for (var i = 0; i < Lines.Length; i++)
        {
            if (Lines[i] == "```frame")
            {
                yield return [.. Lines.Skip(i + 1).TakeWhile(line => line != "```")];
            }
        }
    }

    /// <summary>The cells of the first table after the line that begins with <paramref name="start"/>, without its head.</summary>
    public static string[][] TableAfter(string start) =>
    [
        .. Lines.SkipWhile(line => !line.StartsWith(start, StringComparison.Ordinal))
            .SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray()),
    ];
}
