using System.Net;
using Microservices.Hosting.Listening;

namespace Microservices.Hosting.Tests.Listening;

public sealed class AddressPartitionTests
{
    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")]
    public void Of_SameClient_IsTheSame(string one, string other) =>
        Assert.Equal(Partition(one), Partition(other));

    [Fact]
    public void Of_ManyAddresses_StaysInBoundsAndSpreads()
    {
        var partitions = Enumerable.Range(0, 10_000).Select(static i => Partition($"10.0.{i >> 8}.{i & 255}", 1_000)).ToArray();

        Assert.All(partitions, static partition => Assert.InRange(partition, 0, 999));
        Assert.InRange(partitions.Distinct().Count(), 900, 1_000);
    }

    private static int Partition(string address, int partitions = 1 << 20) => AddressPartition.Of(IPAddress.Parse(address), partitions);
}
