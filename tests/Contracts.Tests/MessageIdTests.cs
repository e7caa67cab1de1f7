using Microservices.Contracts;

namespace Microservices.Contracts.Tests;

public sealed class MessageIdTests
{
    [Fact]
    public void New_Partition_LeadsTheName()
    {
        var id = MessageId.New(7, TimeProvider.System);

        Assert.Equal(41, id.Length);
        Assert.StartsWith("0007-", id);
        Assert.Equal(7, Guid.Parse(id[5..]).Version);
    }

    [Fact]
    public void New_Many_AllDiffer()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => MessageId.New(1023, TimeProvider.System)).ToHashSet();

        Assert.Equal(10_000, ids.Count);
    }
}
