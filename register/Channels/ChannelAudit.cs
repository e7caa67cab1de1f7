using Microservices.Contracts;
using Microservices.Register.Apps;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Channels;

/// <summary>
/// Compares, partition by partition and for ever, the ledger with itself and with what is there: each message that was accepted has left with a
/// reason or is in its log. What doesn't fit is looked at twice before it is told.
/// </summary>
internal sealed class ChannelAudit(
    IChannelStore store, AppDirectory apps, IOptions<ChannelsOptions> options, ChannelMetrics metrics, TimeProvider time, ILogger<ChannelAudit> logger)
    : BackgroundService
{
    private int _next = Random.Shared.Next(Partition.Count);

    /// <summary>Audits a partition for all apps. A silent part of the store is passed over until its turn comes again.</summary>
    public async Task AuditAsync(int partition, CancellationToken cancellationToken)
    {
        foreach (var app in apps.Latest.Apps)
        {
            var counts = await store.LedgerAsync(app.Name, partition, measure: true, cancellationToken);
            if (FaultOf(counts) is not null)
            {
                counts = await store.LedgerAsync(app.Name, partition, measure: true, cancellationToken);
            }

            metrics.Audited(FaultOf(counts));
            switch (FaultOf(counts))
            {
                case AuditFault.Balance:
                    Log.LedgerUnbalanced(
                        logger, app.Name, partition, counts.Accepted, counts.Acknowledged, counts.Expired, counts.Dead, counts.Pending);
                    break;
                case AuditFault.Measure:
                    Log.LedgerMismeasured(logger, app.Name, partition, counts.Pending, counts.Measured ?? 0);
                    break;
            }
        }
    }

    public static AuditFault? FaultOf(LedgerCounts counts) =>
        counts.Accepted != counts.Acknowledged + counts.Expired + counts.Dead + counts.Pending ? AuditFault.Balance
        : counts.Measured is { } measured && measured != counts.Pending ? AuditFault.Measure
        : null;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundLoop.RunAsync(AuditNextAsync, stop => Task.Delay(options.Value.AuditEvery, time, stop), logger, stoppingToken);

    private Task AuditNextAsync(CancellationToken cancellationToken)
    {
        var partition = _next;
        _next = (_next + 1) % Partition.Count;
        return AuditAsync(partition, cancellationToken);
    }
}
