using Microservices.Gateway.Liveness;

namespace Microservices.Gateway.Tests.Liveness;

/// <summary>Periods on a clock: when it is looked, and what is found then.</summary>
public sealed class SessionLivenessTests
{
    private const uint Heartbeat = 60_000;
    private const long Period = 75_000;

    private static readonly LivenessRules Patient = LivenessRules.Patient(3, 5, 3, 1_800_000);

    [Theory]
    [InlineData(4_000u)]
    [InlineData(1_001u)]
    [InlineData(150_000u)]
    public void Tight_SilentSession_IsClosedAtItsLimit(uint limit)
    {
        var clock = new Clock(LivenessRules.Tight(limit));
        clock.HearAt(700);

        clock.RunTo(700 + limit - 1);
        Assert.Equal(LivenessPhase.Alive, clock.Phase);
        clock.RunTo(700 + limit + 1);
        Assert.Equal(LivenessPhase.Closed, clock.Phase);
    }

    [Fact]
    public void Tight_BeatingSession_IsLookedAtOnceInALimit()
    {
        var clock = new Clock(LivenessRules.Tight(150_000));
        for (var beat = 60_000; beat <= 6_000_000; beat += 60_000)
        {
            clock.HearAt(beat);
        }

        clock.RunTo(6_000_000);

        // As a plain "silent since" would: at what was heard last, and the limit.
        Assert.Equal(LivenessPhase.Alive, clock.Phase);
        Assert.InRange(clock.Looks, 1, 6_000_000 / 90_000);
    }

    [Fact]
    public void Patient_BeatsThatJitter_AreSteady_OneLookAPeriod()
    {
        var clock = new Clock(Patient);
        var random = new Random(7);
        long beat = 0;
        while (beat < 40 * Period)
        {
            // Never later than the quarter that a beat may be late.
            clock.HearAt(beat += random.Next(45_000, 75_000));
        }

        clock.RunTo(beat);

        Assert.Equal((LivenessPhase.Alive, 0), (clock.Phase, clock.Changes));
        Assert.InRange(clock.Looks, 1, (int)(beat / 45_000));
    }

    [Fact]
    public void Patient_SilentSession_IsAwayAfterSixPeriods_AndClosedAfterItsTime()
    {
        var clock = new Clock(Patient);

        clock.RunTo((6 * Period) - 1);
        Assert.Equal(LivenessPhase.Alive, clock.Phase);
        clock.RunTo(6 * Period);
        Assert.Equal(LivenessPhase.Away, clock.Phase);
        clock.RunTo((6 * Period) + 1_800_000 - 1);
        Assert.Equal(LivenessPhase.Away, clock.Phase);
        clock.RunTo((6 * Period) + 1_800_000);
        Assert.Equal(LivenessPhase.Closed, clock.Phase);
    }

    [Fact]
    public void Patient_AwaySessionThatBeatsAgain_IsAliveAfterThreeBeats()
    {
        var clock = new Clock(Patient);
        var back = 8 * Period;
        for (var i = 0; i < 5; i++)
        {
            clock.HearAt(back + (i * Heartbeat));
        }

        clock.RunTo(back);
        Assert.Equal(LivenessPhase.Away, clock.Phase);
        clock.RunTo(back + (5 * Heartbeat));

        Assert.Equal((LivenessPhase.Alive, 2), (clock.Phase, clock.Changes));
    }

    [Fact]
    public void Patient_SessionThatSendsAllTheTime_CountsOneBeatAPeriod()
    {
        var clock = new Clock(Patient);
        for (var sent = 100; sent < 20 * Period; sent += 100)
        {
            clock.HearAt(sent);
        }

        clock.RunTo(20 * Period);

        Assert.Equal(LivenessPhase.Alive, clock.Phase);
        Assert.InRange(clock.Looks, 19, 21);
    }

    [Fact]
    public void Change_FromPatientToTight_JudgesBySilenceAlone()
    {
        var recovering = new Clock(Patient);
        recovering.RunTo(7 * Period);
        recovering.HearAt((7 * Period) + 1_000);
        var silent = new Clock(Patient);
        silent.RunTo(7 * Period);
        Assert.Equal((LivenessPhase.Away, LivenessPhase.Away), (recovering.Phase, silent.Phase));

        recovering.ChangeAt((7 * Period) + 3_000, LivenessRules.Tight(4_000));
        silent.ChangeAt((7 * Period) + 3_000, LivenessRules.Tight(4_000));

        Assert.Equal((LivenessPhase.Alive, LivenessPhase.Closed), (recovering.Phase, silent.Phase));
    }

    [Fact]
    public void Change_FromTightToPatient_BeginsWithWhatIsNow()
    {
        var clock = new Clock(LivenessRules.Tight(150_000));

        clock.ChangeAt(149_000, Patient);

        Assert.Equal(LivenessPhase.Alive, clock.Phase);
        clock.RunTo(149_000 + (6 * Period) - 1);
        Assert.Equal(LivenessPhase.Alive, clock.Phase);
        clock.RunTo(149_000 + (6 * Period));
        Assert.Equal(LivenessPhase.Away, clock.Phase);
    }

    [Fact]
    public void Change_OfTheTimeOfBeingAway_HoldsAtOnce_BothWays()
    {
        var shorter = new Clock(Patient);
        shorter.RunTo(10 * Period);
        shorter.ChangeAt((10 * Period) + 1, LivenessRules.Patient(3, 5, 3, 60_000));
        Assert.Equal(LivenessPhase.Closed, Run(shorter, (11 * Period) + 1).Phase);

        var longer = new Clock(Patient);
        longer.RunTo(10 * Period);
        longer.ChangeAt((10 * Period) + 1, LivenessRules.Patient(3, 5, 3, 3_600_000));
        Assert.Equal(LivenessPhase.Away, Run(longer, (6 * Period) + 3_599_999).Phase);
        Assert.Equal(LivenessPhase.Closed, Run(longer, (6 * Period) + 3_600_000).Phase);
    }

    [Fact]
    public void Change_ToTheSameRules_ChangesNothing()
    {
        var clock = new Clock(Patient);
        clock.RunTo(7 * Period);

        clock.ChangeAt((7 * Period) + 10, LivenessRules.Patient(3, 5, 3, 1_800_000));

        Assert.Equal((LivenessPhase.Away, 1), (clock.Phase, clock.Changes));
    }

    private static Clock Run(Clock clock, long to)
    {
        clock.RunTo(to);
        return clock;
    }

    /// <summary>Does what the wheel does: looks when it was told to, and hears what comes in between.</summary>
    private sealed class Clock(LivenessRules rules)
    {
        private readonly Queue<long> _beats = new();
        private SessionLiveness _liveness = new(rules, 0);
        private LivenessRules _rules = rules;
        private long _heard;

        public int Looks { get; private set; }

        public int Changes { get; private set; }

        public LivenessPhase Phase => _liveness.Phase;

        public void HearAt(long ms) => _beats.Enqueue(ms);

        public void ChangeAt(long ms, LivenessRules changed)
        {
            RunTo(ms);
            _rules = changed;
            Look(ms);
        }

        public void RunTo(long ms)
        {
            while (Phase != LivenessPhase.Closed && NextLook() is var due && due <= ms)
            {
                Look(due);
                Assert.True(NextLook() > due || Phase == LivenessPhase.Closed, $"looked at twice at {due}");
            }

            Hear(ms);
        }

        // What the wheel was told when it last looked; beats since then are no reason to look.
        private long NextLook() => _liveness.NextLookMs(_rules, Heartbeat, _heard);

        private void Look(long ms)
        {
            Hear(ms);
            Looks++;
            var before = Phase;
            _liveness.Look(_rules, Heartbeat, _heard, ms);
            Changes += Phase == before ? 0 : 1;
        }

        private void Hear(long ms)
        {
            while (_beats.TryPeek(out var beat) && beat <= ms)
            {
                _heard = _beats.Dequeue();
            }
        }
    }
}
