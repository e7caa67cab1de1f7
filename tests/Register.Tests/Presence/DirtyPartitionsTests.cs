using Microservices.Contracts;
using Microservices.Register.Presence;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Presence;

public sealed class DirtyPartitionsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Dirty_OfAllPartitionsTwice_GivesEachOnceInItsLane(int workers)
    {
        using var dirty = new DirtyPartitions(Options.Create(new PresenceOptions { Workers = workers }));
        for (var i = 0; i < 2 * Partition.Count; i++)
        {
            dirty.Dirty(i % Partition.Count);
        }

        Assert.Equal(Partition.Count, dirty.Count);
        List<int> taken = [];
        foreach (var lane in dirty.Lanes)
        {
            while (lane.TryTake() is var partition and >= 0)
            {
                taken.Add(partition);
            }
        }

        Assert.Equal(Enumerable.Range(0, Partition.Count), taken.Order());
        Assert.Equal(0, dirty.Count);
    }

    [Fact]
    public void TryTake_WithOneMarkedAgainAndAgain_GivesTheOthersTheirTurn()
    {
        using var dirty = new DirtyPartitions(Options.Create(new PresenceOptions { Workers = 1 }));
        dirty.Dirty(5);
        dirty.Dirty(700);
        Assert.Equal(5, dirty.Lanes[0].TryTake());

        dirty.Dirty(5);

        Assert.Equal(700, dirty.Lanes[0].TryTake());
        Assert.Equal(5, dirty.Lanes[0].TryTake());
        Assert.Equal(-1, dirty.Lanes[0].TryTake());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Partition.Count)]
    public void Dirty_OfNoPartition_Throws(int partition)
    {
        using var dirty = new DirtyPartitions(Options.Create(new PresenceOptions()));

        Assert.Throws<ArgumentOutOfRangeException>(() => dirty.Dirty(partition));
    }
}
