using System.Globalization;
using Microservices.Testing;

namespace Microservices.Hosting.Tests.Metrics;

public sealed class GcPausesTests
{
    private const string Count = "dotnet_gc_pause_duration_seconds_count";

    [Fact]
    public async Task GcPauses_Collections_AreCountedByEveryServiceOfTheProcess()
    {
        await using var one = await TestService.StartAsync();
        await using var two = await TestService.StartAsync();
        double[] before = [await SampleAsync(one, Count), await SampleAsync(two, Count)];

        for (var i = 0; i < 3; i++)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        }

        await Eventually.HoldsAsync(
            async () => await SampleAsync(one, Count) >= before[0] + 3 && await SampleAsync(two, Count) >= before[1] + 3,
            "three pauses more",
            () => $"{before[0]} and {before[1]} before");
        Assert.True(await SampleAsync(two, "dotnet_gc_pause_duration_seconds_sum") > 0);
    }

    [Fact]
    public async Task GcPauses_LongestOfTheProcess_IsShown()
    {
        await using var service = await TestService.StartAsync();

        GC.Collect();

        await Eventually.HoldsAsync(async () => await SampleAsync(service, "dotnet_gc_pause_max_seconds") > 0, "there is a longest pause");
    }

    private static async Task<double> SampleAsync(TestService service, string name) =>
        (await service.Http.GetStringAsync(new Uri(service.Admin, "/metrics")))
            .Split('\n')
            .Where(line => line.StartsWith($"{name} ", StringComparison.Ordinal))
            .Sum(static line => double.Parse(line[line.IndexOf(' ', StringComparison.Ordinal)..], CultureInfo.InvariantCulture));
}
