namespace Microservices.Cli.Load.Results;

/// <summary>
/// The readings of a run's sources, one for each process, added up. Seconds of different processes count as the same when they are as far from the
/// beginning of opening. Any thread's.
/// </summary>
/// <param name="processes">How many hold connections; they are the first sources.</param>
/// <param name="others">How many tell besides them: who only publishes.</param>
/// <param name="seen">Told of each second that all have told of.</param>
internal sealed class LoadSum(int processes, int others, Action<LoadSample> seen)
{
    private const double ShortestSeconds = 0.2;

    private readonly Lock _sync = new();
    private readonly Source[] _sources = [.. Enumerable.Range(0, processes + others).Select(static _ => new Source())];
    private readonly SortedDictionary<long, Second> _seconds = [];
    private readonly LoadCounts _counts = new();
    private readonly LoadCounts _steady = new();
    private readonly LoadCounts _told = new();
    private readonly LoadSeries _series = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A copy of all that was counted until now.</summary>
    public LoadCounts Counts()
    {
        lock (_sync)
        {
            return _counts.Copy();
        }
    }

    /// <summary>No process is left.</summary>
    public bool AreAllLost
    {
        get
        {
            lock (_sync)
            {
                return _sources.Take(processes).All(static source => source.IsLost);
            }
        }
    }

    /// <summary>Takes in what a source told.</summary>
    public void Take(int source, LoadReading reading)
    {
        List<LoadSample> told;
        lock (_sync)
        {
            var from = _sources[source];
            if (from.IsLost)
            {
                return;
            }

            from.Take(reading);
            _counts.Add(reading.Counts);
            if (reading.Stage == LoadStage.Steady)
            {
                _steady.Add(reading.Counts);
            }

            if (reading.Stage > LoadStage.Ready)
            {
                SecondOf(reading.At).Take(source, reading.Seconds, reading.Counts);
            }
            else
            {
                _told.Add(reading.Counts);
            }

            told = Tell(all: false);
            Change();
        }

        told.ForEach(seen);
    }

    /// <summary>
    /// A source is gone: what it had open counts as closed, and what it was still to open as failed.
    /// </summary>
    /// <returns>How many connections it had open.</returns>
    public long Lose(int source, int connections, string reason)
    {
        lock (_sync)
        {
            var from = _sources[source];
            var lost = new LoadCounts { [LoadCount.Open] = -from.Open };
            lost.Add(LoadReasons.Closed, reason, from.Open);
            lost.Add(LoadReasons.Failed, reason, Math.Max(0, connections - from.Settled));
            _counts.Add(lost);
            SecondOf(from.At).Take(source, 0, lost);
            from.IsLost = true;
            Change();
            return from.Open;
        }
    }

    /// <summary>Waits until every process that is left has come to a stage.</summary>
    public async Task ReachesAsync(LoadStage stage, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_sync)
            {
                if (_sources.Take(processes).All(source => source.IsLost || source.Stage >= stage))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>What was found; every second is told before.</summary>
    /// <param name="connections">That were asked for.</param>
    /// <param name="rate">Of opening them.</param>
    public LoadResult End(int connections, int rate)
    {
        List<LoadSample> told;
        LoadResult result;
        lock (_sync)
        {
            told = Tell(all: true);
            result = new LoadResult
            {
                Connections = connections,
                Rate = rate,
                Counts = _counts,
                Steady = _steady,
                Opening = Longest(LoadStage.Opening),
                Held = Longest(LoadStage.WarmUp) + Longest(LoadStage.Steady),
                Measured = Longest(LoadStage.Steady),
                Series = _series,
            };
        }

        told.ForEach(seen);
        return result;
    }

    // Of those that hold connections: who only publishes goes on until all calls are answered.
    private TimeSpan Longest(LoadStage stage) => TimeSpan.FromSeconds(_sources.Take(processes).Max(source => source.SecondsIn(stage)));

    // A tick is late rather than early; what is read in between belongs to the second that it is in.
    private Second SecondOf(double at)
    {
        var number = NumberOf(at);
        if (!_seconds.TryGetValue(number, out var second))
        {
            _seconds.Add(number, second = new Second());
        }

        return second;
    }

    private static long NumberOf(double at) => Math.Max(1, (long)Math.Floor(at + 0.5));

    // A second is over when all have told of a later one.
    private List<LoadSample> Tell(bool all)
    {
        var over = all ? long.MaxValue : _sources.Min(static source => source.IsLost || source.Stage == LoadStage.Ended ? long.MaxValue : NumberOf(source.At));
        var told = new List<LoadSample>();
        while (_seconds.Count > 0 && _seconds.First() is var (number, second) && number < over)
        {
            _seconds.Remove(number);
            _told.Add(second.Counts);
            if (second.Length >= ShortestSeconds || _series.Samples.Count == 0)
            {
                // What is shorter, at the end, says nothing as a rate.
                var sample = LoadSample.Of(Math.Min(number, _sources.Max(static source => source.At)), second.Length, _told, second.Counts);
                _series.Add(sample);
                told.Add(sample);
            }
        }

        return told;
    }

    private void Change()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Source
    {
        private readonly double[] _seconds = new double[Enum.GetValues<LoadStage>().Length];

        public LoadStage Stage { get; private set; }

        public double At { get; private set; }

        public long Open { get; private set; }

        /// <summary>Connections that came to a session or failed.</summary>
        public long Settled { get; private set; }

        public bool IsLost { get; set; }

        public double SecondsIn(LoadStage stage) => _seconds[(int)stage];

        public void Take(LoadReading reading)
        {
            (Stage, At) = (reading.Stage, reading.At);
            Open += reading.Counts[LoadCount.Open];
            Settled += reading.Counts[LoadCount.Verified] + reading.Counts.Total(LoadReasons.Failed);
            _seconds[(int)reading.Stage] += reading.Seconds;
        }
    }

    private sealed class Second
    {
        private readonly Dictionary<int, double> _seconds = [];

        public LoadCounts Counts { get; } = new();

        /// <summary>How long it was on average: a tick that is late makes one longer and the next one shorter.</summary>
        public double Length => _seconds.Count > 0 ? _seconds.Values.Average() : 0;

        public void Take(int source, double seconds, LoadCounts counts)
        {
            _seconds[source] = _seconds.GetValueOrDefault(source) + seconds;
            Counts.Add(counts);
        }
    }
}
