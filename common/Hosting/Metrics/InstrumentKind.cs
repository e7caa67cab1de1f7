using System.Diagnostics.Metrics;

namespace Microservices.Hosting.Metrics;

internal enum InstrumentKind
{
    /// <summary>Adds up.</summary>
    Counter,

    /// <summary>Adds up and down.</summary>
    UpDownCounter,

    /// <summary>The latest value counts.</summary>
    Gauge,

    /// <summary>The total so far is observed.</summary>
    ObservedTotal,

    /// <summary>Counts by size.</summary>
    Histogram,
}

internal static class InstrumentKinds
{
    public static InstrumentKind Of(Instrument instrument)
    {
        var type = instrument.GetType();
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return definition == typeof(Counter<>) ? InstrumentKind.Counter
            : definition == typeof(UpDownCounter<>) ? InstrumentKind.UpDownCounter
            : definition == typeof(ObservableCounter<>) ? InstrumentKind.ObservedTotal
            : definition == typeof(Histogram<>) ? InstrumentKind.Histogram
            : InstrumentKind.Gauge;
    }
}
