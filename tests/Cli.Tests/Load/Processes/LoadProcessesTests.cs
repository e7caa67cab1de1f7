using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using Microservices.Cli.Center;
using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Load.Processes;

/// <summary>Real processes that share a run.</summary>
public sealed class LoadProcessesTests : IAsyncLifetime
{
    // Three runtimes start at once, beside whatever else the machine does.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly FakeGateway _gateway = new();
    private FakeCenter _center = null!;

    public async ValueTask InitializeAsync() => _center = await FakeCenter.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _center.DisposeAsync();
    }

    [Fact]
    public async Task Load_TwoProcesses_ShareTheRunAndOneResult()
    {
        using var folder = new TemporaryFolder("x", "");
        var page = Path.Combine(folder.Path, "run.html");
        await using var load = await StartAsync(
            "--connections", "5", "--rate", "1000", "--first-user", "10", "--users", "\"><script>", "--processes", "2", "--unicasts", "20", "--duration", "1s", "--report", page);
        await load.WaitForExitAsync(Deadline);
        var output = await load.ReadToEndAsync();

        Assert.True(load.ExitCode == 0, output);
        Assert.Equal(Enumerable.Range(10, 5).Select(static i => $"\"><script>{i}"), _gateway.Sessions.Keys.Order());
        Assert.Equal(5, _center.Requests.OfType<IssueTokenRequest>().Count());
        Assert.All(_center.Requests.OfType<PushRequest>(), request => Assert.Contains(request.Users.Users_.Single(), _gateway.Sessions.Keys));
        var report = Report(output);
        Assert.Equal((5, 5, 2), (report.GetProperty("verified").GetInt32(), report.GetProperty("open").GetInt32(), report.GetProperty("processes").GetInt32()));
        Assert.Equal(_center.Requests.OfType<PushRequest>().Count(), report.GetProperty("published").GetProperty("unicasts").GetInt32());
        Assert.Equal(5, report.GetProperty("login_ms").GetProperty("count").GetInt32());
        Assert.InRange(report.GetProperty("measured_seconds").GetDouble(), 0.5, 60);
        Assert.Contains("by 2 processes", output, StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => _gateway.Count(Command.Goodbye) == 5, "all said goodbye");

        var text = await File.ReadAllTextAsync(page);
        Assert.DoesNotContain(FakeCenter.Key, text + output, StringComparison.Ordinal);
        Assert.DoesNotContain("token-of-", text + output, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.Contains("load --connections 5 --rate 1000 --first-user 10 --users '\"><script>' --processes 2 --unicasts 20 --duration 1s", XDocument.Parse(text).Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_AProcessIsKilled_IsAFailureAndTheRestGoesOn()
    {
        await using var load = await StartAsync("--connections", "4", "--rate", "1000", "--processes", "2");
        await load.WaitForOutputAsync("holding 4 open", Deadline);
        var children = ChildrenOf(load.Id);
        Assert.Equal(2, children.Count);

        using (var child = Process.GetProcessById(children[0]))
        {
            child.Kill();
        }

        await Eventually.HoldsAsync(() => ChildrenOf(load.Id).Count == 1, "one is gone");
        load.Send(Signal.Terminate);
        await load.WaitForExitAsync(Deadline);

        var report = Report(await load.ReadToEndAsync());
        Assert.Equal(2, load.ExitCode);
        Assert.Equal(2, report.GetProperty("open").GetInt32());
        Assert.Equal(2, report.GetProperty("closed").GetProperty("process lost").GetInt32());
        Assert.Matches(@"Process [12] ended with exit code 137; 2 connections are lost", report.GetProperty("process_failures")[0].GetString());
    }

    [Fact]
    public async Task Load_AProcessStandsStill_IsKilledAndTheRestGoesOn()
    {
        await using var load = await StartAsync("--connections", "4", "--rate", "1000", "--processes", "2", "--max-silence", "5s", "--duration", "10s");
        await load.WaitForOutputAsync("holding 4 open", Deadline);
        var still = ChildrenOf(load.Id)[0];

        Signals.Send(still, Signal.Stop);
        await load.WaitForExitAsync(Deadline);

        var report = Report(await load.ReadToEndAsync());
        Assert.Equal((2, 2), (load.ExitCode, report.GetProperty("open").GetInt32()));
        Assert.Matches(@"Process [12] told nothing for 5 s and was killed; 2 connections are lost", report.GetProperty("process_failures")[0].GetString());
        Assert.False(IsRunning(still));
    }

    [Fact]
    public async Task Load_TheFirstProcessIsKilled_TheOthersEnd()
    {
        await using var load = await StartAsync("--connections", "2", "--rate", "1000", "--processes", "2");
        await load.WaitForOutputAsync("holding 2 open", Deadline);
        var children = ChildrenOf(load.Id);

        await load.KillAsync();

        await Eventually.HoldsAsync(() => _gateway.Count(Command.Goodbye) == 2, "both said goodbye");
        await Eventually.HoldsAsync(() => !children.Any(IsRunning), "the processes are gone");
    }

    [Fact]
    public async Task Load_NoProcessComesToOpenAnything_SaysWhy()
    {
        _center.Fault = new Grpc.Core.Status(Grpc.Core.StatusCode.PermissionDenied, "not yours");
        await using var load = await StartAsync("--connections", "2", "--processes", "2");
        await load.WaitForExitAsync(Deadline);

        Assert.Equal(1, load.ExitCode);
        Assert.Matches("^Process [12] ended with exit code 1 .*not yours", (await load.ReadToEndAsync()).Split('\n').Last(static line => line.Length > 0));
    }

    private Task<ServiceProcess> StartAsync(params string[] args) => ServiceProcess.StartAsync(
        Repository.Dll("client/Cli", "Cli"),
        ["load", .. args, "--gateway", _gateway.Address, "--center", _center.Address],
        new Dictionary<string, string?> { [CenterOptions.KeyVariable] = FakeCenter.Key });

    private static List<int> ChildrenOf(int id) =>
    [
        .. Directory.GetDirectories("/proc").Select(static folder => int.TryParse(Path.GetFileName(folder), out var other) ? other : 0)
            .Where(other => other > 0 && StatOf(other) is [not "Z", var parent, ..] && parent == $"{id}"),
    ];

    private static bool IsRunning(int id) => StatOf(id) is [not "Z", ..];

    // State, parent, …; empty: there is no such process.
    private static string[] StatOf(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static JsonElement Report(string output) => JsonDocument.Parse(output.TrimEnd().Split('\n').Last(static line => line.StartsWith('{'))).RootElement;
}
