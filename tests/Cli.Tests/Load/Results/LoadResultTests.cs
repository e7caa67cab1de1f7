using System.Text.Json;
using Microservices.Cli.Load.Results;
using Microservices.Cli.Tests.Running;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Tests.Load.Results;

public sealed class LoadResultTests
{
    [Fact]
    public void ExitCode_AProcessWasLost_IsIncomplete()
    {
        var result = SampleResult.Of();

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(ExitCode.Incomplete, (result with { ProcessFailures = ["Process 2 ended."] }).ExitCode);
        Assert.Equal(ExitCode.Incomplete, (result with { Connections = 1_001 }).ExitCode);
    }

    [Fact]
    public void Line_ARun_KeepsTheFieldsThatProgramsKnow()
    {
        var result = SampleResult.Of();
        result.Counts.Add(LoadReasons.Closed, "kicked \"x\"\n", 2);

        var line = LoadResultJson.Line(result, hasSeries: false);

        Assert.DoesNotContain('\n', line);
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal(
            [
                "connections", "verified", "open", "failed", "closed", "errors", "pushes", "chats", "kept", "acks", "directives", "heartbeats",
                "heartbeats_held_back", "heartbeat_acks", "bytes_in", "opening_seconds", "held_seconds", "login_ms",
            ],
            json.EnumerateObject().Select(static field => field.Name).Take(18));
        Assert.Equal(2, json.GetProperty("closed").GetProperty("kicked \"x\"\n").GetInt32());
        Assert.Equal(10_000, json.GetProperty("deliveries_per_second").GetDouble());
        Assert.Equal(result.Counts[LoadLatency.Login].Percentile(0.99) / 1e6, json.GetProperty("login_ms").GetProperty("p99").GetDouble(), 0.001);
        Assert.False(json.TryGetProperty("series", out _));
    }

    [Fact]
    public void Line_WithSeries_HasColumnsOfOneLength()
    {
        var json = JsonDocument.Parse(LoadResultJson.Line(SampleResult.Of(), hasSeries: true)).RootElement.GetProperty("series");

        Assert.All(json.EnumerateObject(), static column => Assert.Equal(60, column.Value.GetArrayLength()));
        Assert.True(json.TryGetProperty("delivery_ms_p99", out _));
        Assert.False(json.TryGetProperty("reconnect_ms_p99", out _));
    }

    [Fact]
    public void Print_ARun_ShowsRatesAndLatencies()
    {
        using var output = new Recorded();

        LoadTable.Print(Terminal.Of(output, TextWriter.Null, TextReader.Null).Out, SampleResult.Of());

        Assert.Matches(@"deliveries\s+500,000\s+10,000 a second", output.ToString());
        Assert.Matches(@"ms\s+count\s+p50\s+p90\s+p99\s+p99\.9\s+max", output.ToString());
        Assert.Matches(@"heartbeat round trip\s+[\d,]+(\s+[\d.]+){5}", output.ToString());
        Assert.DoesNotContain("reconnect", output.ToString(), StringComparison.Ordinal);
    }
}
