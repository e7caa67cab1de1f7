using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Microservices.Hosting.Tests.Metrics;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_Counter_AddsUpPerTagWhateverTheirOrder()
    {
        await using var service = await TestService.StartAsync();
        var counter = Meter(service).CreateCounter<long>("frames.received", description: "Frames.");

        counter.Add(2);
        counter.Add(1, new("a", "x"), new("b", true));
        counter.Add(1, new("b", true), new("a", "x"));

        var text = await TextAsync(service);
        Assert.Contains("# HELP frames_received_total Frames.\n# TYPE frames_received_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("\nframes_received_total 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\nframes_received_total{a=\"x\",b=\"true\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_LabelValue_IsEscaped()
    {
        await using var service = await TestService.StartAsync();

        Meter(service).CreateUpDownCounter<int>("open").Add(-3, new KeyValuePair<string, object?>("what.ever", "a\"b\\c\nd"));

        Assert.Contains("\nopen{what_ever=\"a\\\"b\\\\c\\nd\"} -3\n", await TextAsync(service), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_Histogram_CountsIntoBuckets()
    {
        await using var service = await TestService.StartAsync();
        var histogram = Meter(service).CreateHistogram("claim.duration", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });

        histogram.Record(0.1);
        histogram.Record(0.5);
        histogram.Record(7);

        Assert.Contains(
            "claim_duration_seconds_bucket{le=\"0.1\"} 1\nclaim_duration_seconds_bucket{le=\"1\"} 2\nclaim_duration_seconds_bucket{le=\"+Inf\"} 3\nclaim_duration_seconds_sum 7.6\nclaim_duration_seconds_count 3\n",
            await TextAsync(service),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_ObservableSeriesThatIsNotReportedAnyMore_IsGone()
    {
        await using var service = await TestService.StartAsync();
        var room = "a";
        Meter(service).CreateObservableGauge("rooms", () => new Measurement<int>(1, new KeyValuePair<string, object?>("room", room)));
        Assert.Contains("rooms{room=\"a\"} 1\n", await TextAsync(service), StringComparison.Ordinal);

        room = "b";

        var text = await TextAsync(service);
        Assert.Contains("rooms{room=\"b\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("rooms{room=\"a\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_ObservableFails_OthersAreShown()
    {
        await using var service = await TestService.StartAsync();
        Meter(service).CreateObservableGauge("broken", (Func<int>)(static () => throw new InvalidOperationException("no")));
        Meter(service).CreateObservableCounter("whole", static () => 5);

        Assert.Contains("\nwhole_total 5\n", await TextAsync(service), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_MoreSeriesThanTheLimit_GoIntoOne()
    {
        await using var service = await TestService.StartAsync();
        var counter = Meter(service).CreateCounter<long>("by_user");

        for (var user = 0; user < Hosting.Metrics.MetricsCollector.MaxSeriesPerInstrument + 5; user++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("user", user));
        }

        Assert.Contains("\nby_user_total{otel_metric_overflow=\"true\"} 5\n", await TextAsync(service), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_TwoServicesInOneProcess_EachShowsItsOwnAndTheRuntimes()
    {
        await using var one = await TestService.StartAsync();
        await using var two = await TestService.StartAsync();
        Meter(one).CreateCounter<long>("only.one").Add(1);

        Assert.Contains("only_one_total 1", await TextAsync(one), StringComparison.Ordinal);
        var text = await TextAsync(two);
        Assert.DoesNotContain("only_one", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total", text, StringComparison.Ordinal);
        Assert.Contains("kestrel_active_connections", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_KnownSeries_AllocatesNothing()
    {
        await using var service = await TestService.StartAsync();
        var counter = Meter(service).CreateCounter<long>("hot");
        var tag = new KeyValuePair<string, object?>("command", "heartbeat");
        counter.Add(1, tag);
        counter.Add(1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            counter.Add(1);
            counter.Add(1, tag);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Meter Meter(TestService service) => service.App.Services.GetRequiredService<IMeterFactory>().Create("Microservices.Sample");

    private static async Task<string> TextAsync(TestService service)
    {
        using var answer = await service.Http.GetAsync(new Uri(service.Admin, "/metrics"));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        return await answer.Content.ReadAsStringAsync();
    }
}
