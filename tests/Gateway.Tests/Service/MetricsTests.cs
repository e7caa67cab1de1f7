using System.Text.RegularExpressions;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Metrics_CountWhatHappened_AndNameNobody()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.LogInAsync("ann-of-the-metrics");
        var other = await gateway.LogInAsync("bob");
        other.Send(Command.Goodbye);
        await other.ReadEndAsync();
        other.Dispose();
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 1, "one has left");

        var text = await ReadAsync(gateway);

        Assert.Contains("gateway_connections 1\n", text, StringComparison.Ordinal);
        Assert.Contains("gateway_sessions 1\n", text, StringComparison.Ordinal);
        Assert.Contains("gateway_connections_closed_total{reason=\"goodbye\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("gateway_frames_in_total{command=\"verify\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("gateway_logins_total{outcome=\"verified\"} 2\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ann-of", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AreAllInTheDocument()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "configuration", "gateway.md"));

        var names = NameOfMetric().Matches(await ReadAsync(gateway)).Select(match => match.Groups[1].Value).Distinct().ToArray();

        Assert.True(names.Length > 15, $"{names.Length} metrics");
        Assert.All(names, name => Assert.Contains(WithoutUnit(name), document.Replace('.', '_'), StringComparison.Ordinal));
    }

    [GeneratedRegex("^# TYPE (gateway_[a-z_]+)", RegexOptions.Multiline)]
    private static partial Regex NameOfMetric();

    private static string WithoutUnit(string name) =>
        name.Replace("_total", "", StringComparison.Ordinal).Replace("_pending_bytes", "_pending", StringComparison.Ordinal).Replace("_in_bytes", "_in", StringComparison.Ordinal)
            .Replace("_out_bytes", "_out", StringComparison.Ordinal).Replace("_seconds", "", StringComparison.Ordinal);

    private static async Task<string> ReadAsync(RunningGateway gateway)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(gateway.Admin, "/metrics"));
    }
}
