using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Load;

/// <summary>What loops and publishers count, in the form that results are made of.</summary>
internal static class EngineCounts
{
    public static LoadCounts Of(LoadCounters counters)
    {
        var counts = new LoadCounts
        {
            [LoadCount.Begun] = counters.Begun,
            [LoadCount.Verified] = counters.Verified,
            [LoadCount.Open] = counters.Open,
            [LoadCount.Deliveries] = counters.Deliveries,
            [LoadCount.Pushes] = counters.Pushes,
            [LoadCount.Chats] = counters.Chats,
            [LoadCount.Kept] = counters.Kept,
            [LoadCount.Acks] = counters.Acks,
            [LoadCount.Directives] = counters.Directives,
            [LoadCount.OtherFrames] = counters.OtherFrames,
            [LoadCount.BytesIn] = counters.BytesIn,
            [LoadCount.BytesOut] = counters.BytesOut,
            [LoadCount.Heartbeats] = counters.Heartbeats,
            [LoadCount.HeartbeatsHeldBack] = counters.HeartbeatsHeldBack,
            [LoadCount.HeartbeatAcks] = counters.HeartbeatAcks,
            [LoadCount.SendsDelayed] = counters.SendsDelayed,
            [LoadCount.SendsDropped] = counters.SendsDropped,
            [LoadCount.Dropped] = counters.Dropped,
            [LoadCount.Resumed] = counters.Resumed,
            [LoadCount.Renewed] = counters.Renewed,
            [LoadCount.ReconnectRetries] = counters.ReconnectRetries,
            [LoadCount.StampsIgnored] = counters.ImplausibleStamps,
        };
        Add(counts, LoadReasons.Failed, counters.Failed.List());
        Add(counts, LoadReasons.Closed, counters.Closed.List());
        Add(counts, LoadReasons.Errors, counters.Errors.List());
        Add(counts, LoadReasons.ReconnectFailures, counters.ReconnectsFailed.List());
        counts.Add(LoadLatency.Login, counters.Login);
        counts.Add(LoadLatency.Delivery, counters.Delivery);
        counts.Add(LoadLatency.Heartbeat, counters.HeartbeatRoundTrip);
        counts.Add(LoadLatency.Reconnect, counters.Reconnect);
        return counts;
    }

    public static LoadCounts Of(PublishCounters published)
    {
        var counts = new LoadCounts
        {
            [LoadCount.Broadcasts] = published.Broadcasts,
            [LoadCount.Unicasts] = published.Unicasts,
        };
        Add(counts, LoadReasons.PublishFailures, published.Failures());
        counts.Add(LoadLatency.Publish, published.Answers());
        return counts;
    }

    private static void Add(LoadCounts counts, LoadReasons what, IReadOnlyList<KeyValuePair<string, long>> reasons)
    {
        foreach (var (reason, count) in reasons)
        {
            counts.Add(what, reason, count);
        }
    }
}
