using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Tests.Load.Results;

public sealed class LoadSumTests
{
    private readonly List<LoadSample> _seen = [];
    private readonly LoadSum _sum;

    public LoadSumTests() => _sum = new LoadSum(processes: 2, others: 0, _seen.Add);

    [Fact]
    public void Take_ASecondThatAllArePast_IsTold()
    {
        _sum.Take(0, Reading(LoadStage.Opening, 1.01, 1, open: 5));
        _sum.Take(0, Reading(LoadStage.Opening, 2.02, 1, open: 1));
        _sum.Take(1, Reading(LoadStage.Opening, 0.99, 1, open: 7));
        Assert.Empty(_seen);

        _sum.Take(1, Reading(LoadStage.Opening, 2.3, 1, open: 2));

        Assert.Equal([(1, 12, 12)], _seen.Select(static one => (one.At, one.Open, one.Deliveries)));
        Assert.Equal(15, _sum.Counts()[LoadCount.Open]);
    }

    [Fact]
    public void Take_ATickThatIsLate_DoesNotBendTheRates()
    {
        for (var source = 0; source < 2; source++)
        {
            _sum.Take(source, Reading(LoadStage.Steady, 1.4, 1.4, open: 0, deliveries: 14));
            _sum.Take(source, Reading(LoadStage.Steady, 2, 0.6, open: 0, deliveries: 6));
            _sum.Take(source, Reading(LoadStage.Steady, 3, 1, open: 0, deliveries: 10));
        }

        _sum.End(1, 1);

        Assert.Equal([20, 20, 20], _seen.Select(static one => Math.Round(one.PerSecond(static sample => sample.Deliveries), 6)));
    }

    [Fact]
    public void End_Stages_AreTimedByTheSlowestAndRatesAreOfTheSteadyOne()
    {
        for (var source = 0; source < 2; source++)
        {
            _sum.Take(source, Reading(LoadStage.Opening, 2, 2 + source, open: 10));
            _sum.Take(source, Reading(LoadStage.Opened, 3, 1, open: 0));
            _sum.Take(source, Reading(LoadStage.WarmUp, 4, 1, open: 0, deliveries: 100));
            _sum.Take(source, Reading(LoadStage.Steady, 5, 1, open: 0, deliveries: 50));
            _sum.Take(source, Reading(LoadStage.Steady, 6, 1, open: 0, deliveries: 70));
            _sum.Take(source, Reading(LoadStage.Quiet, 7, 1, open: 0, deliveries: 5));
            _sum.Take(source, Reading(LoadStage.Ended, 7, 0, open: 0));
        }

        var result = _sum.End(20, 10);

        Assert.Equal((3, 3, 2), (result.Opening.TotalSeconds, result.Held.TotalSeconds, result.Measured.TotalSeconds));
        Assert.Equal((470, 240, 120), (result.Counts[LoadCount.Deliveries], result.Steady[LoadCount.Deliveries], result.PerSecond(LoadCount.Deliveries)));
        Assert.Equal((20, 0), (result.Counts[LoadCount.Open], result.ExitCode));
        Assert.Equal([2, 3, 4, 5, 6, 7], _seen.Select(static one => one.At));
        Assert.Equal(_seen, result.Series.Samples);
        Assert.Equal(470, _seen.Sum(static one => one.Deliveries));
    }

    [Fact]
    public async Task Lose_AProcess_CountsItsConnectionsAndTheRestGoesOn()
    {
        _sum.Take(0, Reading(LoadStage.Opened, 1, 1, open: 6, failed: 1));
        _sum.Take(1, Reading(LoadStage.Opening, 1, 1, open: 8));

        var lost = _sum.Lose(1, connections: 10, "process lost");
        _sum.Take(1, Reading(LoadStage.Opening, 2, 1, open: 100));
        await _sum.ReachesAsync(LoadStage.Opened, CancellationToken.None);
        _sum.Take(0, Reading(LoadStage.Opened, 2, 1, open: 0));
        _sum.Take(0, Reading(LoadStage.Opened, 3, 1, open: 0));

        var result = _sum.End(17, 10);
        Assert.Equal((8, 6), (lost, result.Counts[LoadCount.Open]));
        Assert.Equal((8, 2), (result.Counts[LoadReasons.Closed]["process lost"], result.Counts[LoadReasons.Failed]["process lost"]));
        Assert.Equal([6, 6, 6], _seen.Select(static one => one.Open));
        Assert.Equal(2, result.ExitCode);
    }

    [Fact]
    public void Lose_AProcessThatHadOpenedAll_HasFailedNone()
    {
        _sum.Take(0, Reading(LoadStage.Steady, 1, 1, open: 3));

        _sum.Lose(0, connections: 3, "process lost");

        Assert.Empty(_sum.Counts()[LoadReasons.Failed]);
        Assert.Equal(3, _sum.Counts()[LoadReasons.Closed]["process lost"]);
    }

    [Fact]
    public async Task Reaches_AStage_WaitsForAll()
    {
        _sum.Take(0, Reading(LoadStage.Opened, 1, 1, open: 0));
        var reached = _sum.ReachesAsync(LoadStage.Opened, CancellationToken.None);
        _sum.Take(1, Reading(LoadStage.Opening, 1, 1, open: 0));
        Assert.False(reached.IsCompleted);

        _sum.Take(1, Reading(LoadStage.Steady, 2, 1, open: 0));

        await reached;
    }

    private static LoadReading Reading(LoadStage stage, double at, double seconds, long open, long? deliveries = null, long failed = 0)
    {
        var counts = new LoadCounts { [LoadCount.Open] = open, [LoadCount.Verified] = open, [LoadCount.Deliveries] = deliveries ?? open };
        if (failed > 0)
        {
            counts.Add(LoadReasons.Failed, "timeout", failed);
        }

        return new LoadReading(stage, at, seconds, counts);
    }
}
