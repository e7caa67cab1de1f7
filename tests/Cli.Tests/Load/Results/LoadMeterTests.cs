using Microservices.Cli.Load.Results;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Load.Results;

public sealed class LoadMeterTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly LoadCounts _counts = new();
    private readonly List<LoadReading> _read = [];
    private readonly LoadMeter _meter;

    public LoadMeterTests() => _meter = new LoadMeter(() => Task.FromResult(_counts.Copy()), _read.Add, _time);

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Run_EachSecond_TellsWhatCameInIt()
    {
        using var over = new CancellationTokenSource();
        await _meter.EnterAsync(LoadStage.Opening);
        _read.Clear();
        var running = _meter.RunAsync(over.Token);

        _counts[LoadCount.Deliveries] = 7;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => _read.Count == 1, "the first second is told");
        _counts[LoadCount.Deliveries] = 17;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => _read.Count == 2, "the second is told");
        await over.CancelAsync();
        await running;

        Assert.Equal([(1, 1, 7), (2, 1, 10)], _read.Select(static one => (one.At, one.Seconds, one.Counts[LoadCount.Deliveries])));
    }

    [Fact]
    public async Task Enter_AStage_EndsTheOneBefore()
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        await _meter.EnterAsync(LoadStage.Ready);
        await _meter.EnterAsync(LoadStage.Opening);
        _time.Advance(TimeSpan.FromSeconds(2));
        _counts[LoadCount.Open] = 3;
        await _meter.EnterAsync(LoadStage.Opened);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _meter.EnterAsync(LoadStage.Ended);

        Assert.Equal(
            [
                (LoadStage.Tokens, 0, 5, 0), (LoadStage.Ready, 0, 0, 0), (LoadStage.Ready, 0, 0, 0), (LoadStage.Opening, 2, 2, 3),
                (LoadStage.Opened, 2, 0, 0), (LoadStage.Opened, 3, 1, 0), (LoadStage.Ended, 3, 0, 0),
            ],
            _read.Select(static one => (one.Stage, one.At, one.Seconds, one.Counts[LoadCount.Open])));
    }
}
