using System.Text.Json;
using Microservices.Cli.Load.Processes;
using Microservices.Cli.Load.Results;
using Microservices.Cli.Tests.Running;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Load.Processes;

/// <summary>One of several processes, played with the test as its parent.</summary>
public sealed class LoadChildTests : IAsyncLifetime
{
    private readonly FakeGateway _gateway = new();
    private FakeCenter _center = null!;

    public async ValueTask InitializeAsync() => _center = await FakeCenter.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _center.DisposeAsync();
    }

    [Fact]
    public async Task Child_WaitsForItsParent_AndTellsOnlyReadings()
    {
        await using var child = Start();
        await TellsAsync(child, LoadStage.Ready);
        Assert.Empty(_gateway.Frames);

        child.Type("opening");
        await TellsAsync(child, LoadStage.Opened);
        child.Type("steady");
        await TellsAsync(child, LoadStage.Quiet);
        child.Type("ended");
        var run = await child.EndAsync();

        var readings = Readings(run.Output);
        var sum = new LoadCounts();
        readings.ForEach(reading => sum.Add(reading.Counts));
        Assert.Equal(0, run.ExitCode);
        Assert.Equal((2, 2, 2, 2), (sum[LoadCount.Tokens], sum[LoadCount.Verified], sum[LoadCount.Open], sum[LoadLatency.Login].Count));
        Assert.Equal(LoadStage.Ended, readings[^1].Stage);
        Assert.Equal(readings.Select(static one => one.Stage).Order(), readings.Select(static one => one.Stage));
    }

    [Fact]
    public async Task Child_ItsParentIsGone_SaysGoodbyeAndEnds()
    {
        await using var child = Start();
        child.Type("opening");
        await TellsAsync(child, LoadStage.Opened);

        child.EndInput();

        Assert.Equal(0, (await child.EndAsync()).ExitCode);
        await Eventually.HoldsAsync(() => _gateway.Count(Command.Goodbye) == 2, "both said goodbye");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"stage":"opening","at":1,"seconds":1,"counts":null}""")]
    [InlineData("""{"stage":"nowhere","at":1,"seconds":1,"counts":{"counts":{},"reasons":{},"latencies":{}}}""")]
    [InlineData("""{"stage":"opening","at":-1,"seconds":1,"counts":{"counts":{},"reasons":{},"latencies":{}}}""")]
    public void Read_WhatIsNoReading_IsRefused(string line) => Assert.ThrowsAny<JsonException>(() => ReadingLine.Read(line));

    private RunningCommand Start() => new(
        "load", ProcessOptions.ChildName, "--connections", "2", "--gateway", _gateway.Address, "--duration", "1ms", "--center", _center.Address, "--key", FakeCenter.Key);

    private static Task TellsAsync(RunningCommand child, LoadStage stage) =>
        Eventually.HoldsAsync(() => Readings(child.Output).Any(reading => reading.Stage == stage), $"it is {stage}", () => child.Output + child.Error);

    private static List<LoadReading> Readings(string output) =>
        [.. output[..(output.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ReadingLine.Read)];
}
