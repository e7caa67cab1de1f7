using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Microservices.Hosting.Metrics;

/// <summary>One instrument and its series, at most <paramref name="limit"/> of them and one for the rest.</summary>
internal sealed class InstrumentSeries(Instrument instrument, int limit)
{
    private readonly ConcurrentDictionary<TagSet, Series> _series = new(TagSetComparer.Instance);
    private readonly double[]? _bounds = HistogramBounds.For(instrument);
    private Series? _untagged;
    private Series? _overflow;
    private int _count;
    private int _observation;

    public Instrument Instrument => instrument;

    public InstrumentKind Kind { get; } = InstrumentKinds.Of(instrument);

    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Kind is InstrumentKind.Counter or InstrumentKind.UpDownCounter)
        {
            Find(tags).Add(value);
        }
        else
        {
            Record((double)value, tags);
        }
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(tags);
        switch (Kind)
        {
            case InstrumentKind.Counter or InstrumentKind.UpDownCounter:
                series.Add(value);
                break;
            case InstrumentKind.Histogram when double.IsFinite(value):
                series.Count(value);
                break;
            case InstrumentKind.Gauge or InstrumentKind.ObservedTotal:
                series.Set(value);
                series.Observation = _observation;
                break;
        }
    }

    /// <summary>Series that the coming observation doesn't mention are gone.</summary>
    public void BeginObservation() => _observation++;

    /// <summary>The series as they are now.</summary>
    public IEnumerable<Series> Current()
    {
        foreach (var series in _series.Values.Append(_untagged).Append(_overflow).OfType<Series>())
        {
            if (instrument.IsObservable && series.Observation != _observation)
            {
                Forget(series);
                continue;
            }

            yield return series;
        }
    }

    private Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return _untagged ?? Create(ref _untagged, TagSet.Empty);
        }

        var lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        if (lookup.TryGetValue(tags, out var found))
        {
            return found;
        }

        if (Interlocked.Increment(ref _count) > limit)
        {
            Interlocked.Decrement(ref _count);
            return _overflow ?? Create(ref _overflow, TagSet.Overflow);
        }

        var set = new TagSet(tags.ToArray());
        var added = new Series(set, _bounds);
        var kept = _series.GetOrAdd(set, added);
        if (!ReferenceEquals(kept, added))
        {
            Interlocked.Decrement(ref _count);
        }

        return kept;
    }

    private Series Create(ref Series? place, TagSet tags)
    {
        var created = new Series(tags, _bounds);
        return Interlocked.CompareExchange(ref place, created, null) ?? created;
    }

    private void Forget(Series series)
    {
        if (_series.TryRemove(series.Tags, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
