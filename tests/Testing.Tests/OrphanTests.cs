using System.Globalization;

namespace Microservices.Testing.Tests;

/// <summary>Servers end with the test run, also when it is killed. A run of its own, in a child process, is what gets killed here.</summary>
[Trait("Category", "Slow")]
public sealed class OrphanTests
{
    private const string ReportVariable = "MICROSERVICES_ORPHANS_REPORT";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task KillOfTheTestRun_WithServersRunning_LeavesNoProcessBehind()
    {
        using var folder = new TempFolder();
        var report = Path.Combine(folder.Path, "report");
        await using var run = await ServiceProcess.StartAsync(
            typeof(OrphanTests).Assembly.Location,
            ["-method", "*OrphanTests.HoldServers", "-explicit", "only"],
            new Dictionary<string, string?> { [ReportVariable] = report, ["TMPDIR"] = folder.Path });
        await Eventually.HoldsAsync(() => File.Exists(report) || !run.IsRunning, "the run has its servers", () => run.Output, Deadline);
        Assert.True(File.Exists(report), run.Output);
        var servers = (await File.ReadAllLinesAsync(report)).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        var tree = servers.SelectMany(ProcessTree.Of).Distinct().ToArray();
        Assert.Contains(tree, process => process.Name == "beam.smp");
        Assert.Contains(tree, process => process.Name == "epmd");
        Assert.Contains(tree, process => process.Name == "redis-server");

        await run.KillAsync();

        await Eventually.HoldsAsync(
            () => !tree.Any(process => process.IsRunning), "all servers and their children end", () => string.Join(", ", tree.Where(process => process.IsRunning)));
    }

    /// <summary>Not a test: starts servers and waits to be killed.</summary>
    [Fact(Explicit = true)]
    public async Task HoldServers()
    {
        var report = Environment.GetEnvironmentVariable(ReportVariable) ?? throw new InvalidOperationException($"{ReportVariable} is not set.");
        var broker = await RabbitServer.StartNewAsync();
        var redis = await RedisServer.StartNewAsync();
        await Task.Run(() => redis.CliAsync("ping"));

        // Threads of the pool come and go; the servers must not go with them.
        await File.WriteAllLinesAsync(report + ".new", ProcessTree.ChildrenOf(Environment.ProcessId).Select(child => $"{child.Id}"));
        File.Move(report + ".new", report);
        await Task.Delay(Deadline);
        GC.KeepAlive((broker, redis));
    }
}
