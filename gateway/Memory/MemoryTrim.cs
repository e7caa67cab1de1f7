using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Memory;

/// <summary>
/// After a storm of logins the collector keeps the memory that it took: a quiet gateway allocates nothing, so no collection comes by itself.
/// This asks for one, once, when the storm is over.
/// </summary>
internal sealed class MemoryTrim(IOptions<MemoryOptions> options, TimeProvider time, ILogger<MemoryTrim> logger) : BackgroundService
{
    // What leases, health checks and metrics allocate is less.
    private const long QuietBytes = 4 << 20;

    private long _seen;
    private long _trimmed;

    /// <summary>One look.</summary>
    /// <param name="allocatedBytes">Since the process began.</param>
    /// <param name="heapBytes">In use now.</param>
    /// <returns>True when it is time to collect.</returns>
    internal bool IsTime(long allocatedBytes, long heapBytes)
    {
        var isQuiet = allocatedBytes - _seen <= QuietBytes;
        _seen = allocatedBytes;
        if (!isQuiet || allocatedBytes - _trimmed < options.Value.AfterAllocatedBytes || heapBytes > options.Value.MaxHeapBytes)
        {
            return false;
        }

        _trimmed = allocatedBytes;
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var looks = new PeriodicTimer(options.Value.QuietFor, time);
        while (await looks.WaitForNextTickAsync(stoppingToken))
        {
            if (IsTime(GC.GetTotalAllocatedBytes(), GC.GetTotalMemory(forceFullCollection: false)))
            {
                Collect();
            }
        }
    }

    private void Collect()
    {
        var before = GC.GetGCMemoryInfo().TotalCommittedBytes;
        var start = Stopwatch.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var pause = Stopwatch.GetElapsedTime(start);
        var after = GC.GetGCMemoryInfo().TotalCommittedBytes;
        Log.Trimmed(logger, before >> 20, after >> 20, pause);
    }
}
