using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace Microservices.Hosting.Metrics;

/// <summary>
/// How long the collector held all threads of this process, each time. The runtime's own metrics have the sum only. One for the process, like the
/// collector itself: each service in it shows the same pauses, those since its start.
/// </summary>
internal sealed class GcPauses : EventListener
{
    private const string RuntimeEvents = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords Collections = (EventKeywords)0x1;

    // Measured against a finalizer in each collection, which costs 40 µs instead of 100 µs a collection and no 2 MiB of the process, but misses one
    // pause in four when collections follow one another, the longest among them.
    private static readonly Lazy<GcPauses> OfProcess = new(static () => new GcPauses());

    private static readonly Meter Meter = new("Microservices.Runtime");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "dotnet.gc.pause.duration",
        "s",
        "Times for which the collector held all threads.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] });

    private static double s_longest;

    private DateTime? _heldSince;

    private GcPauses() => Meter.CreateObservableGauge(
        "dotnet.gc.pause.max",
        static () => Volatile.Read(ref s_longest),
        "s",
        "The longest time for which the collector held all threads.");

    /// <summary>Counts from now on; more calls change nothing.</summary>
    public static void Start() => _ = OfProcess.Value;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == RuntimeEvents)
        {
            EnableEvents(eventSource, EventLevel.Informational, Collections);
        }
    }

    /// <summary>One thread of the runtime calls this, in the order of the events, some milliseconds late; their times are exact.</summary>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        switch (eventData.EventId)
        {
            case 9 /* suspension begins */:
                _heldSince = IsForCollection(eventData) ? eventData.TimeStamp : null;
                break;
            case 3 /* all threads go on */ when _heldSince is { } since:
                _heldSince = null;
                Count(eventData.TimeStamp - since);
                break;
        }
    }

    // Threads are held for debuggers, profilers and exact counters too: 1 is a collection, 6 the preparation of one in the background.
    private static bool IsForCollection(EventWrittenEventArgs suspension) => suspension.Payload is [uint reason, ..] && reason is 1 or 6;

    private static void Count(TimeSpan pause)
    {
        var seconds = pause.TotalSeconds;
        if (seconds > s_longest)
        {
            Volatile.Write(ref s_longest, seconds);
        }

        Durations.Record(seconds);
    }
}
