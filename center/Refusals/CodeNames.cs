using System.Collections.Frozen;
using System.Globalization;
using Microservices.Hosting.Problems;

namespace Microservices.Center.Refusals;

/// <summary>All codes, by proto/codes.csv, which is part of the build.</summary>
internal static class CodeNames
{
    private static readonly FrozenDictionary<uint, ProblemCode> Rows = Read();

    /// <summary>The name; empty for 0, and the number of one that a later build knows.</summary>
    public static string Of(uint number) => number == 0 ? "" : Rows.GetValueOrDefault(number)?.Name ?? number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What HTTP answers tell of a code.</summary>
    public static ProblemCode ToProblem(this RefusalCode code) => Rows[code.Number];

    private static FrozenDictionary<uint, ProblemCode> Read()
    {
        using var table = new StreamReader(typeof(CodeNames).Assembly.GetManifestResourceStream("codes.csv")!);
        return table.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static row => row.TrimEnd('\r').Split(',', 7))
            .Select(static cells => new ProblemCode(Number(cells[0]), cells[1], Number(cells[4]), cells[6]))
            .ToFrozenDictionary(static row => (uint)row.Number);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
