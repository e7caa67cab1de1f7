using System.Collections.Frozen;
using System.Globalization;

namespace Microservices.Center.Refusals;

/// <summary>The names of all codes, by proto/codes.csv, which is part of the build.</summary>
internal static class CodeNames
{
    private static readonly FrozenDictionary<uint, string> Names = Read();

    /// <summary>The name; empty for 0, and the number of one that a later build knows.</summary>
    public static string Of(uint number) => number == 0 ? "" : Names.GetValueOrDefault(number) ?? number.ToString(CultureInfo.InvariantCulture);

    private static FrozenDictionary<uint, string> Read()
    {
        using var table = new StreamReader(typeof(CodeNames).Assembly.GetManifestResourceStream("codes.csv")!);
        return table.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static row => row.Split(',', 3))
            .ToFrozenDictionary(static row => uint.Parse(row[0], CultureInfo.InvariantCulture), static row => row[1]);
    }
}
