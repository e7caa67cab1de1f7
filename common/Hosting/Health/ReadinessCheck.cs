using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microservices.Hosting.Health;

/// <summary>Asks every health check with the tag "ready"; the one judge for <c>/readyz</c> and the gRPC health service.</summary>
internal sealed class ReadinessCheck(HealthCheckService checks, TimeProvider time)
{
    /// <summary>A probe's own patience is usually some seconds; a check that takes longer is a failing one.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>The checks that fail; none = ready.</summary>
    public async Task<IReadOnlyList<FailingCheck>> FailingAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var report = await checks.CheckHealthAsync(static check => check.Tags.Contains(HealthComposition.ReadyTag), either.Token)
                .WaitAsync(either.Token);
            return
            [
                .. report.Entries
                    .Where(static entry => entry.Value.Status != HealthStatus.Healthy)
                    .Select(static entry => new FailingCheck(entry.Key, entry.Value.Status.ToString(), Describe(entry.Value)))
                    .OrderBy(static failing => failing.Check, StringComparer.Ordinal),
            ];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [new FailingCheck("readiness", nameof(HealthStatus.Unhealthy), $"the checks took longer than {Timeout.TotalSeconds:0} s")];
        }
    }

    private static string Describe(HealthReportEntry entry) =>
        entry.Description ?? entry.Exception?.Message ?? "no description";
}
