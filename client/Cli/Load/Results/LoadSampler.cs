namespace Microservices.Cli.Load.Results;

/// <summary>Looks once a second at what was counted.</summary>
/// <param name="count">What was counted until now; called by one thread at a time.</param>
/// <param name="seen">Told of each second.</param>
/// <param name="time">The clock.</param>
internal sealed class LoadSampler(Func<LoadCounts> count, Action<LoadSample> seen, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // A rest at the end that is shorter says nothing as a rate.
    private const double ShortestSeconds = 0.2;

    private readonly long _began = time.GetTimestamp();
    private LoadCounts _before = new();
    private double _at;

    public LoadSeries Series { get; } = new();

    /// <summary>Runs until cancelled; the last stretch is told too.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Sample();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }

        if (Elapsed() - _at >= ShortestSeconds || Series.Samples.Count == 0)
        {
            Sample();
        }
    }

    private void Sample()
    {
        var now = count();
        var at = Elapsed();
        var sample = LoadSample.Of(at, at - _at, now, now.Since(_before));
        (_before, _at) = (now, at);
        Series.Add(sample);
        seen(sample);
    }

    private double Elapsed() => time.GetElapsedTime(_began).TotalSeconds;
}
