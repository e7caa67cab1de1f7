using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Metrics;

/// <summary>
/// Keeps the current value of every instrument of this service: those of its own <see cref="IMeterFactory"/>, so that
/// several services can share a process, and those of the runtime.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    /// <summary>Tags come from closed sets; an instrument with more series than this has a fault, which must not fill the memory.</summary>
    public const int MaxSeriesPerInstrument = 1_000;

    private readonly MeterListener _listener = new();
    private readonly Lock _rendering = new();
    private readonly List<InstrumentSeries> _instruments = [];
    private readonly IMeterFactory _scope;
    private readonly HashSet<string> _skipped;
    private readonly ILogger<MetricsCollector> _logger;
    private int _started;

    public MetricsCollector(IMeterFactory scope, IEnumerable<SkippedMeter> skipped, ILogger<MetricsCollector> logger)
    {
        _scope = scope;
        _skipped = [.. skipped.Select(static meter => meter.Name)];
        _logger = logger;
        _listener.InstrumentPublished = Publish;
        _listener.MeasurementsCompleted = Complete;
        Measure<byte>(static (series, value, tags) => series.Record(value, tags));
        Measure<short>(static (series, value, tags) => series.Record(value, tags));
        Measure<int>(static (series, value, tags) => series.Record(value, tags));
        Measure<long>(static (series, value, tags) => series.Record(value, tags));
        Measure<float>(static (series, value, tags) => series.Record((double)value, tags));
        Measure<double>(static (series, value, tags) => series.Record(value, tags));
        Measure<decimal>(static (series, value, tags) => series.Record((double)value, tags));
    }

    private delegate void Recording<T>(InstrumentSeries series, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _listener.Start();
        }
    }

    /// <summary>Everything in the text format of Prometheus.</summary>
    public string Render()
    {
        lock (_rendering)
        {
            InstrumentSeries[] instruments;
            lock (_instruments)
            {
                instruments = [.. _instruments];
            }

            foreach (var instrument in instruments)
            {
                instrument.BeginObservation();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException fault)
            {
                // A fault in one callback: the others have been asked all the same.
                Log.ObservationFailed(_logger, fault);
            }

            return PrometheusText.Render(instruments);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Measure<T>(Recording<T> record)
        where T : struct =>
        _listener.SetMeasurementEventCallback<T>((_, value, tags, state) =>
        {
            if (state is InstrumentSeries series)
            {
                record(series, value, tags);
            }
        });

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!IsOurs(instrument.Meter))
        {
            return;
        }

        var series = new InstrumentSeries(instrument, MaxSeriesPerInstrument);
        lock (_instruments)
        {
            _instruments.Add(series);
        }

        listener.EnableMeasurementEvents(instrument, series);
    }

    private void Complete(Instrument instrument, object? state)
    {
        lock (_instruments)
        {
            _instruments.RemoveAll(series => ReferenceEquals(series, state));
        }
    }

    private bool IsOurs(Meter meter) => meter.Scope is null
        ? meter.Name == "System.Runtime" || meter.Name.StartsWith("Microservices.", StringComparison.Ordinal)
        : ReferenceEquals(meter.Scope, _scope) && !_skipped.Contains(meter.Name);
}
