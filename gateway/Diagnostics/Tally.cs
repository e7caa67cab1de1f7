using System.Diagnostics.Metrics;

namespace Microservices.Gateway.Diagnostics;

/// <summary>Counts by a closed list of tag values. Adding is one interlocked instruction, whether anybody listens or not.</summary>
internal sealed class Tally
{
    private readonly long[] _counts;
    private readonly KeyValuePair<string, object?>[] _tags;

    public Tally(Meter meter, string name, string unit, string description, string tag, IReadOnlyList<string> values)
    {
        _counts = new long[values.Count];
        _tags = [.. values.Select(value => KeyValuePair.Create(tag, (object?)value))];
        meter.CreateObservableCounter(name, Observe, unit, description);
    }

    public long this[int value] => Interlocked.Read(ref _counts[value]);

    public void Add(int value, long count = 1) => Interlocked.Add(ref _counts[value], count);

    private IEnumerable<Measurement<long>> Observe()
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            yield return new Measurement<long>(this[i], _tags[i]);
        }
    }
}
