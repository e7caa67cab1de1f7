using Microservices.Contracts;
using Microservices.Register.Apps;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Channels;

/// <summary>
/// Compares, partition by partition and for ever, the ledger with itself and with what is there: each message that was accepted has left with a
/// reason or is in its log.
/// </summary>
internal sealed class ChannelAudit(
    IChannelStore store, AppDirectory apps, IOptions<ChannelsOptions> options, ChannelMetrics metrics, TimeProvider time, ILogger<ChannelAudit> logger)
    : BackgroundService
{
    private const int Attempts = 10;
    private int _next = Random.Shared.Next(Partition.Count);

    /// <summary>Audits a partition for all apps. A silent part of the store is passed over until its turn comes again.</summary>
    public async Task AuditAsync(int partition, CancellationToken cancellationToken)
    {
        foreach (var app in apps.Latest.Apps)
        {
            var counts = await ReadAsync(app.Name, partition, cancellationToken);
            var result = counts is null ? AuditResult.Busy : ResultOf(counts);
            metrics.Audited(result);
            switch (result)
            {
                case AuditResult.Unbalanced:
                    Log.LedgerUnbalanced(
                        logger, app.Name, partition, counts!.Accepted, counts.Acknowledged, counts.Expired, counts.Dead, counts.Pending);
                    break;
                case AuditResult.Mismeasured:
                    Log.LedgerMismeasured(logger, app.Name, partition, counts!.Pending, counts.Measured ?? 0);
                    break;
            }
        }
    }

    public static AuditResult ResultOf(LedgerCounts counts) =>
        counts.Accepted != counts.Acknowledged + counts.Expired + counts.Dead + counts.Pending ? AuditResult.Unbalanced
        : counts.Measured is { } measured && measured != counts.Pending ? AuditResult.Mismeasured
        : AuditResult.Balanced;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundLoop.RunAsync(AuditNextAsync, stop => Task.Delay(options.Value.AuditEvery, time, stop), logger, stoppingToken);

    private Task AuditNextAsync(CancellationToken cancellationToken)
    {
        var partition = _next;
        _next = (_next + 1) % Partition.Count;
        return AuditAsync(partition, cancellationToken);
    }

    /// <summary>
    /// Counters that tell of what was measured: a large partition is measured in several steps, between which messages come and go, and each of them
    /// changes a counter. Null: it was never quiet.
    /// </summary>
    private async Task<LedgerCounts?> ReadAsync(string app, int partition, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var counts = await store.LedgerAsync(app, partition, measure: true, cancellationToken);
            if (ResultOf(counts) != AuditResult.Mismeasured || await store.LedgerAsync(app, partition, measure: false, cancellationToken) == counts with { Measured = null })
            {
                return counts;
            }
        }

        return null;
    }
}
