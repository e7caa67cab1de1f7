using Microservices.Center.Presence;
using Microservices.Contracts.Bus;

namespace Microservices.Center.Tests.Presence;

public sealed class EventChainTests
{
    private readonly EventChain _chain = new();

    [Fact]
    public void Add_FirstOfAPartition_FollowsOnNothing() => Assert.Equal(EventPlace.Next, Add(change: 10, previous: 9));

    [Fact]
    public void Add_EachNamesTheOneBefore_IsNext()
    {
        Add(change: 10, previous: 0);

        Assert.Equal(EventPlace.Next, Add(change: 11, previous: 10));
        Assert.Equal(EventPlace.Next, Add(change: 500, previous: 11));
    }

    [Fact]
    public void Add_SameOrOlder_IsRepeated()
    {
        Add(change: 10, previous: 0);
        Add(change: 11, previous: 10);

        Assert.Equal(EventPlace.Repeated, Add(change: 11, previous: 10));
        Assert.Equal(EventPlace.Repeated, Add(change: 10, previous: 0));
        Assert.Equal(EventPlace.Next, Add(change: 12, previous: 11));
    }

    [Theory]
    [InlineData(12ul)] // one is missing
    [InlineData(5ul)] // the store went back
    [InlineData(0ul)] // the store lost its data
    public void Add_FollowsOnAnother_IsAfterLossOnce(ulong previous)
    {
        Add(change: 10, previous: 0);

        Assert.Equal(EventPlace.AfterLoss, Add(change: 13, previous));
        Assert.Equal(EventPlace.Next, Add(change: 14, previous: 13));
    }

    [Fact]
    public void Add_OtherPartitions_HaveChainsOfTheirOwn()
    {
        Add(change: 10, previous: 0);

        Assert.Equal(EventPlace.Next, Add(change: 7, previous: 6, partition: 1023));
        Assert.Equal(EventPlace.Next, Add(change: 11, previous: 10));
    }

    [Fact]
    public void Add_AfterABreak_FollowsOnNothingButRepeatsAreStillKnown()
    {
        Add(change: 10, previous: 0);
        _chain.Break();

        Assert.Equal(EventPlace.Repeated, Add(change: 10, previous: 0));
        Assert.Equal(EventPlace.Next, Add(change: 20, previous: 15));
        Assert.Equal(EventPlace.AfterLoss, Add(change: 30, previous: 25));
    }

    [Fact]
    public void Add_AfterForgetting_LowerNumbersAreNoRepeats()
    {
        Add(change: 10, previous: 0);
        Add(change: 10, previous: 0, partition: 7);
        _chain.Forget();

        Assert.Equal(EventPlace.Next, Add(change: 4, previous: 0));
        Assert.Equal(EventPlace.Next, Add(change: 5, previous: 3, partition: 7));
        Assert.Equal(EventPlace.Repeated, Add(change: 4, previous: 0));
        Assert.Equal(EventPlace.AfterLoss, Add(change: 6, previous: 5));
    }

    [Fact]
    public void Add_PartitionThatDoesNotExist_IsTaken() => Assert.Equal(EventPlace.Next, Add(change: 10, previous: 9, partition: 1024));

    private EventPlace Add(ulong change, ulong previous, uint partition = 3) =>
        _chain.Add(new PresenceEvent { Change = change, Previous = previous, Partition = partition });
}
