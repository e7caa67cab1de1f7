using Microservices.Gateway.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Tests.Memory;

public sealed class MemoryTrimTests
{
    private const long MiB = 1 << 20;

    private readonly MemoryTrim _trim = new(
        Options.Create(new MemoryOptions { AfterAllocatedBytes = 64 * MiB, MaxHeapBytes = 100 * MiB }), TimeProvider.System, NullLogger<MemoryTrim>.Instance);

    [Fact]
    public void IsTime_QuietAfterAStorm_Once()
    {
        Assert.False(_trim.IsTime(allocatedBytes: 80 * MiB, heapBytes: 50 * MiB));
        Assert.True(_trim.IsTime(81 * MiB, 50 * MiB));
        Assert.False(_trim.IsTime(82 * MiB, 40 * MiB));
        Assert.False(_trim.IsTime(83 * MiB, 40 * MiB));
    }

    [Fact]
    public void IsTime_SecondStorm_AgainWhenItIsOver()
    {
        _trim.IsTime(80 * MiB, 50 * MiB);
        _trim.IsTime(80 * MiB, 50 * MiB);

        Assert.False(_trim.IsTime(120 * MiB, 50 * MiB));
        Assert.False(_trim.IsTime(121 * MiB, 50 * MiB));
        Assert.False(_trim.IsTime(160 * MiB, 50 * MiB));
        Assert.True(_trim.IsTime(161 * MiB, 50 * MiB));
    }

    [Fact]
    public void IsTime_LargeHeap_Never()
    {
        _trim.IsTime(800 * MiB, 500 * MiB);

        Assert.False(_trim.IsTime(800 * MiB, 101 * MiB));
    }
}
