using Microservices.Gateway.Liveness;

namespace Microservices.Gateway.Tests.Liveness;

public sealed class LivenessStateTests
{
    private const uint PeriodMs = 60_000;

    private static readonly LivenessRules Usual = LivenessRules.Patient(3, 5, 3, 1_800_000);

    private static readonly LivenessRules[] Several =
    [
        Usual,
        LivenessRules.Tight(4_000),
        LivenessRules.Patient(3, 5, 3, 2 * PeriodMs),
        LivenessRules.Patient(1, 2, 1, 1),
        LivenessRules.Patient(1, 3, 2, 3 * PeriodMs),
        LivenessRules.Patient(4, 5, 1, PeriodMs),
        LivenessRules.Patient(2, 4, 3, 0),
    ];

    [Fact]
    public void Table_InTheDocument_IsWhatTheMachineDoes()
    {
        var met = new HashSet<string[]>();
        foreach (var rules in Several)
        {
            foreach (var state in StatesOf(rules))
            {
                foreach (var beat in (bool[])[true, false])
                {
                    var row = LivenessTable.RowOf(state, beat, rules, PeriodMs);
                    met.Add(row);

                    var next = Step(state, beat, rules);

                    Assert.True(
                        LivenessTable.ResultOf(row, state, rules) == (next.Phase, next.Cursor, next.Strikes),
                        $"{rules}: {state}, {(beat ? "beat" : "missed")} gave {next}; the table says {string.Join(" | ", row)}");
                }
            }
        }

        Assert.Equal((13, 13), (LivenessTable.Count, met.Count));
    }

    [Theory]
    [InlineData("-- -- -", "alive 4 2 strikes")]
    [InlineData("-- -- --", "away 3 3 strikes")]
    [InlineData("+++ ----- -- -", "alive 4 2 strikes")]
    [InlineData("+++ ----- -- --", "away 3 3 strikes")]
    [InlineData("-- -- +++", "alive 0 0 strikes")]
    [InlineData("-- -- ++", "alive 1 2 strikes")]
    [InlineData("-- -- -- ++", "away 1 3 strikes")]
    [InlineData("-- -- -- +++", "alive 0 0 strikes")]
    [InlineData("-- -- -- - ++++", "alive 0 0 strikes")]
    [InlineData("+- +- +- +- +- +-", "alive 3 0 strikes")]
    [InlineData("--+ --+ --+", "alive 2 2 strikes")]
    public void Periods_OneAfterTheOther_LeadTo(string periods, string expected)
    {
        var state = LivenessState.Begin(Usual);
        foreach (var period in periods.Where(static one => one != ' '))
        {
            state = Step(state, period == '+', Usual);
        }

        Assert.Equal(expected, $"{state.Phase.ToString().ToLowerInvariant()} {state.Cursor} {state.Strikes} strikes");
    }

    [Fact]
    public void Away_ForTheWholeTime_IsClosed_OnePeriodLessIsNot()
    {
        var state = Missed(LivenessState.Begin(Usual), 6 + 29);
        Assert.Equal((LivenessPhase.Away, 29 * PeriodMs), (state.Phase, state.AwayMs));

        Assert.Equal(LivenessPhase.Closed, Missed(state, 1).Phase);
        Assert.Equal(LivenessPhase.Away, state.Beat(Usual, PeriodMs).Phase);
        Assert.Equal(LivenessPhase.Closed, Missed(state.Beat(Usual, PeriodMs), 1).Phase);
    }

    [Fact]
    public void Tight_TwoMissedPeriods_Close_OneDoesNot()
    {
        var rules = LivenessRules.Tight(4_000);
        var state = LivenessState.Begin(rules).Missed(rules, 2_000);

        Assert.Equal(LivenessPhase.Alive, state.Phase);
        Assert.Equal(LivenessPhase.Closed, state.Missed(rules, 2_000).Phase);
        Assert.Equal(LivenessState.Begin(rules), state.Beat(rules, 2_000));
    }

    [Fact]
    public void EverySequence_UpToALength_KeepsTheInvariants()
    {
        const int Length = 14;
        foreach (var rules in Several)
        {
            for (var sequence = 0; sequence < 1 << Length; sequence++)
            {
                var state = LivenessState.Begin(rules);
                for (var i = 0; i < Length; i++)
                {
                    var beat = (sequence >> i & 1) == 1;
                    var next = Step(state, beat, rules);
                    if (FaultOf(state, beat, next, rules) is { } fault)
                    {
                        Assert.Fail($"{fault}: {rules}, {state}, {(beat ? "beat" : "missed")} gave {next}");
                    }

                    state = next;
                }
            }
        }
    }

    [Fact]
    public void EveryState_IsLedBackByBeats_AndClosedBySilence()
    {
        foreach (var rules in Several)
        {
            foreach (var state in StatesOf(rules).Where(static state => state.Phase != LivenessPhase.Closed))
            {
                var beating = state;
                for (var i = 0; i < rules.Threshold - rules.Floor; i++)
                {
                    beating = beating.Beat(rules, PeriodMs);
                }

                Assert.Equal(new LivenessState(LivenessPhase.Alive, rules.Floor, 0, 0), beating);

                var silent = state;
                var most = (rules.Threshold * (rules.StrikeLimit + 1)) + (rules.AwayMs / PeriodMs) + 1;
                for (var i = 0; i < most; i++)
                {
                    silent = silent.Missed(rules, PeriodMs);
                }

                Assert.Equal(LivenessPhase.Closed, silent.Phase);
            }
        }
    }

    [Fact]
    public void Under_OtherRules_FitsIntoThem()
    {
        foreach (var from in Several)
        {
            foreach (var to in Several)
            {
                foreach (var state in StatesOf(from).Select(state => state.Under(to)))
                {
                    Assert.InRange(state.Cursor, to.Floor, to.Threshold - 1);
                    Assert.True(state.Phase != LivenessPhase.Alive || state.Strikes < to.StrikeLimit);
                }
            }
        }
    }

    [Fact]
    public void State_TakesEightBytes() => Assert.Equal(8, System.Runtime.CompilerServices.Unsafe.SizeOf<LivenessState>());

    private static string? FaultOf(LivenessState before, bool beat, LivenessState after, LivenessRules rules) =>
        after.Cursor < rules.Floor || after.Cursor >= rules.Threshold ? "the cursor is out of its range"
        : after.Phase == LivenessPhase.Alive && after.Strikes >= rules.StrikeLimit ? "alive with all strikes"
        : after.Phase != LivenessPhase.Away && after.AwayMs > 0 && after.Phase != LivenessPhase.Closed ? "alive with a time of being away"
        : before.Phase == LivenessPhase.Closed && after != before ? "closed is not final"
        : beat && after.Phase > before.Phase ? "a beat made it worse"
        : beat && after.Cursor > before.Cursor ? "a beat raised the cursor"
        : !beat && after.Phase < before.Phase ? "silence made it better"
        : before.Phase == LivenessPhase.Alive && after.Phase == LivenessPhase.Closed && rules.AwayMs > 0 ? "closed without having been away"
        : before.Phase == LivenessPhase.Alive && after.Phase != LivenessPhase.Alive && (before.Strikes + 1 != rules.StrikeLimit || before.Cursor + 1 != rules.Threshold) ? "gone too early"
        : null;

    private static LivenessState Step(LivenessState state, bool beat, LivenessRules rules) => beat ? state.Beat(rules, PeriodMs) : state.Missed(rules, PeriodMs);

    private static LivenessState Missed(LivenessState state, int periods)
    {
        for (var i = 0; i < periods; i++)
        {
            state = state.Missed(Usual, PeriodMs);
        }

        return state;
    }

    private static IEnumerable<LivenessState> StatesOf(LivenessRules rules) =>
        from phase in Enum.GetValues<LivenessPhase>()
        from cursor in Enumerable.Range(rules.Floor, rules.Threshold - rules.Floor)
        from strikes in phase == LivenessPhase.Alive ? Enumerable.Range(0, rules.StrikeLimit) : [rules.StrikeLimit]
        from away in phase == LivenessPhase.Alive ? [0u] : (uint[])[0, PeriodMs, rules.AwayMs]
        where phase != LivenessPhase.Away || rules.AwayMs > 0
        select new LivenessState(phase, (byte)cursor, (byte)strikes, away);
}
