using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>The ledger of an app over all partitions.</summary>
internal static class LedgerSum
{
    private const int AtOnce = 64;

    public static async Task<Ledger> ReadAsync(IChannelStore store, string app, bool measure, CancellationToken cancellationToken)
    {
        var sum = new Ledger { Complete = true };
        foreach (var partitions in Enumerable.Range(0, Partition.Count).Chunk(AtOnce))
        {
            foreach (var counts in await Task.WhenAll(partitions.Select(partition => TryReadAsync(store, app, partition, measure, cancellationToken))))
            {
                Add(sum, counts);
            }
        }

        return sum;
    }

    private static async Task<LedgerCounts?> TryReadAsync(IChannelStore store, string app, int partition, bool measure, CancellationToken cancellationToken)
    {
        try
        {
            return await store.LedgerAsync(app, partition, measure, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private static void Add(Ledger sum, LedgerCounts? counts)
    {
        if (counts is null)
        {
            sum.Complete = false;
            return;
        }

        sum.Accepted += Count(counts.Accepted);
        sum.Acknowledged += Count(counts.Acknowledged);
        sum.Expired += Count(counts.Expired);
        sum.Dead += Count(counts.Dead);
        sum.Pending += Count(counts.Pending);
        sum.MeasuredPending += Count(counts.Measured ?? 0);
    }

    // A counter below zero is a fault that the audit tells of; here it must not look like billions.
    private static ulong Count(long value) => (ulong)Math.Max(0, value);
}
