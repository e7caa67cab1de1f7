namespace Microservices.Cli.Load.Results;

/// <summary>
/// A run second by second. A long one is kept in longer stretches: whenever there are too many, each two neighbours become one.
/// </summary>
internal sealed class LoadSeries
{
    /// <summary>Ten minutes of seconds, twenty of two seconds, and so on; as many as a chart can show.</summary>
    public const int MaxSamples = 600;

    private readonly List<LoadSample> _samples = [];
    private int _stretch = 1;
    private int _joined;

    public IReadOnlyList<LoadSample> Samples => _samples;

    public void Add(LoadSample sample)
    {
        // The last one may not be complete yet.
        if (_joined > 0 && _joined < _stretch)
        {
            _samples[^1] = _samples[^1].Join(sample);
            _joined++;
            return;
        }

        if (_samples.Count == MaxSamples)
        {
            for (var i = 0; i < MaxSamples / 2; i++)
            {
                _samples[i] = _samples[2 * i].Join(_samples[(2 * i) + 1]);
            }

            _samples.RemoveRange(MaxSamples / 2, MaxSamples / 2);
            _stretch *= 2;
        }

        _samples.Add(sample);
        _joined = 1;
    }
}
