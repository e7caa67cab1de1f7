using System.Diagnostics.Metrics;
using Microservices.Center.Diagnostics;

namespace Microservices.Center.Tests.Support;

/// <summary>Counts what a service counts.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly Lock _sync = new();
    private readonly Dictionary<string, long> _counts = [];

    public TestMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var series = $"{instrument.Name}({string.Join(",", tags.ToArray().Select(tag => tag.Value))})";
            lock (_sync)
            {
                _counts[series] = _counts.GetValueOrDefault(series) + value;
            }
        });
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) =>
        {
            if (instrument.IsObservable)
            {
                lock (_sync)
                {
                    _counts[instrument.Name] = value;
                }
            }
        });
        _listener.Start();
    }

    /// <summary>What a gauge such as <c>center.kept.waiting</c> shows now.</summary>
    public long Observe(string gauge)
    {
        _listener.RecordObservableInstruments();
        return this[gauge];
    }

    /// <summary>The sum of a series such as <c>center.pushes(user)</c>.</summary>
    public long this[string series]
    {
        get
        {
            lock (_sync)
            {
                return _counts.GetValueOrDefault(series);
            }
        }
    }

    public CenterMetrics NewMetrics() => new(this);

    public Meter Create(MeterOptions options) => new(new MeterOptions(options.Name) { Scope = this });

    public void Dispose() => _listener.Dispose();
}
