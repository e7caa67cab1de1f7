using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Tests.Load.Results;

/// <summary>A run that was never made: the numbers of one, second by second.</summary>
internal static class SampleResult
{
    public static LoadResult Of(int connections = 1_000, int seconds = 60, int seed = 3)
    {
        var (random, counts, series) = (new Random(seed), new LoadCounts(), new LoadSeries());
        var before = new LoadCounts();
        LoadCounts? opened = null;
        for (var second = 1; second <= seconds; second++)
        {
            var logins = Math.Min(connections - counts[LoadCount.Verified], connections / 10);
            counts[LoadCount.Verified] += logins;
            counts[LoadCount.Open] += logins;
            counts[LoadCount.Heartbeats] += counts[LoadCount.Open] / 10;
            counts[LoadCount.HeartbeatAcks] += counts[LoadCount.Open] / 10;
            counts[LoadCount.BytesIn] += 40 * counts[LoadCount.Open];
            Record(counts[LoadLatency.Login], logins, 4_000_000);
            Record(counts[LoadLatency.Heartbeat], counts[LoadCount.Open] / 10, 300_000);
            if (logins == 0)
            {
                opened ??= Copy(counts);
                counts[LoadCount.Broadcasts] += 10;
                counts[LoadCount.Pushes] += 10 * counts[LoadCount.Open];
                counts[LoadCount.Deliveries] += 10 * counts[LoadCount.Open];
                Record(counts[LoadLatency.Delivery], 10 * counts[LoadCount.Open], 2_000_000);
            }

            var now = Copy(counts);
            series.Add(LoadSample.Of(second, 1, now, now.Since(before)));
            before = now;
        }

        return new LoadResult
        {
            Connections = connections,
            Rate = connections / 10,
            Counts = counts,
            Steady = counts.Since(opened ?? counts),
            Opening = TimeSpan.FromSeconds(10),
            Held = TimeSpan.FromSeconds(seconds - 10),
            Measured = TimeSpan.FromSeconds(seconds - 10),
            Series = series,
        };

        void Record(LatencyHistogram latencies, long times, double scale)
        {
            for (var i = 0; i < times; i++)
            {
                latencies.Record((long)(scale * Math.Exp((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2)));
            }
        }
    }

    private static LoadCounts Copy(LoadCounts counts) => counts.Since(new LoadCounts());
}
