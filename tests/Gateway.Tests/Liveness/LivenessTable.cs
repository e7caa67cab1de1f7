using Microservices.Gateway.Liveness;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Liveness;

/// <summary>The table of docs/liveness.md, read as it stands. A word that is not known here fails.</summary>
internal static class LivenessTable
{
    private static readonly Dictionary<string, Func<LivenessState, LivenessRules, uint, bool>> Conditions = new(StringComparer.Ordinal)
    {
        ["always"] = static (_, _, _) => true,
        ["cursor - 1 > floor"] = static (state, rules, _) => state.Cursor - 1 > rules.Floor,
        ["cursor - 1 <= floor"] = static (state, rules, _) => state.Cursor - 1 <= rules.Floor,
        ["cursor + 1 < threshold"] = static (state, rules, _) => state.Cursor + 1 < rules.Threshold,
        ["cursor + 1 >= threshold"] = static (state, rules, _) => state.Cursor + 1 >= rules.Threshold,
        ["strikes + 1 < limit"] = static (state, rules, _) => state.Strikes + 1 < rules.StrikeLimit,
        ["strikes + 1 >= limit"] = static (state, rules, _) => state.Strikes + 1 >= rules.StrikeLimit,
        ["away_ms > 0"] = static (_, rules, _) => rules.AwayMs > 0,
        ["away_ms = 0"] = static (_, rules, _) => rules.AwayMs == 0,
        ["away >= away_ms"] = static (state, rules, lasted) => state.AwayMs + lasted >= rules.AwayMs,
        ["away < away_ms"] = static (state, rules, lasted) => state.AwayMs + lasted < rules.AwayMs,
    };

    private static readonly Dictionary<string, Func<LivenessState, LivenessRules, int>> Values = new(StringComparer.Ordinal)
    {
        ["as it is"] = static (state, _) => state.Cursor,
        ["cursor - 1"] = static (state, _) => state.Cursor - 1,
        ["cursor + 1"] = static (state, _) => state.Cursor + 1,
        ["floor"] = static (_, rules) => rules.Floor,
        ["start"] = static (_, rules) => rules.Start,
        ["as they are"] = static (state, _) => state.Strikes,
        ["strikes + 1"] = static (state, _) => state.Strikes + 1,
        ["limit"] = static (_, rules) => rules.StrikeLimit,
        ["0"] = static (_, _) => 0,
    };

    private static readonly string[][] Rows = Read();

    /// <summary>The one row that fits.</summary>
    public static string[] RowOf(LivenessState state, bool beat, LivenessRules rules, uint lastedMs)
    {
        var fitting = Rows.Where(row => string.Equals(row[0], state.Phase.ToString(), StringComparison.OrdinalIgnoreCase) && row[1] == (beat ? "beat" : "missed")
            && row[2].Split(", ").All(condition => Conditions[condition](state, rules, lastedMs))).ToArray();
        return Assert.Single(fitting);
    }

    public static (LivenessPhase Phase, int Cursor, int Strikes) ResultOf(string[] row, LivenessState state, LivenessRules rules) =>
        (Enum.Parse<LivenessPhase>(row[5], ignoreCase: true), Values[row[3]](state, rules), Values[row[4]](state, rules));

    public static int Count => Rows.Length;

    private static string[][] Read() =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", "liveness.md"))
            .SkipWhile(static line => !line.StartsWith("## The table", StringComparison.Ordinal))
            .SkipWhile(static line => !line.StartsWith('|')).TakeWhile(static line => line.StartsWith('|')).Skip(2)
            .Select(static line => line.Trim('|').Split('|').Select(static cell => cell.Trim()).ToArray()),
    ];
}
