using Microservices.Contracts;

namespace Microservices.Contracts.Tests;

public sealed class PartitionTests
{
    // Frozen: a change strands every stored session.
    [Theory]
    [InlineData("default", "alice", 408)]
    [InlineData("default", "13800000001", 173)]
    [InlineData("default", "张三", 97)]
    [InlineData("a", "bc", 929)]
    [InlineData("ab", "c", 228)]
    public void Of_KnownUsers_StaysForEver(string app, string user, int expected) =>
        Assert.Equal(expected, Partition.Of(app, user));

    public static TheoryData<string, Func<int, string>> Names => new()
    {
        { "sequential numbers", i => i.ToString() },
        { "phone numbers", i => (13_800_000_000L + i).ToString() },
        { "random names", i => new Guid(i, 7, 11, 1, 2, 3, 4, 5, 6, 7, 8).ToString("N") },
    };

    [Theory]
    [MemberData(nameof(Names), DisableDiscoveryEnumeration = true)]
    public void Of_ManyUsers_FillsEveryPartitionEvenly(string kind, Func<int, string> name)
    {
        const int PerPartition = 200;
        var counts = new int[Partition.Count];

        for (var i = 0; i < PerPartition * Partition.Count; i++)
        {
            counts[Partition.Of("default", name(i))]++;
        }

        // Chi-squared over the mean is close to 1 for a fair spread; 1.5 is far outside chance with 1,023 degrees of freedom.
        var chi = counts.Sum(c => Math.Pow(c - PerPartition, 2) / PerPartition) / (Partition.Count - 1);
        Assert.True(chi < 1.5, $"{kind}: chi-squared per degree of freedom is {chi:F2}; fullest {counts.Max()}, emptiest {counts.Min()}.");
    }

    [Fact]
    public void UplinkQueueOf_SameUser_SameQueueWithinBounds()
    {
        for (var i = 0; i < 1000; i++)
        {
            var queue = Partition.UplinkQueueOf("default", $"user{i}");

            Assert.InRange(queue, 0, 15);
            Assert.Equal(queue, Partition.UplinkQueueOf("default", $"user{i}"));
        }
    }

    [Fact]
    public void Of_NameOverTheStackBuffer_StillHashes() =>
        Assert.InRange(Partition.Of("default", new string('張', 1000)), 0, Partition.Count - 1);
}
