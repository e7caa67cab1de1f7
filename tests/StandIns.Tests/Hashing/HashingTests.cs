using System.IO.Hashing;

namespace Microservices.StandIns.Tests.Hashing;

public sealed class HashingTests
{
    private const ulong HashOfNothing = 0x2D06800538D394C2;

    [Fact]
    public void HashToUInt64_OfNothing_ThrowsOrIsRight()
    {
        try
        {
            Assert.Equal(HashOfNothing, XxHash3.HashToUInt64([]));
        }
        catch (NotSupportedException fault)
        {
            // The stand-in: better no answer than a wrong one.
            Assert.Contains("standins/README.md", fault.Message, StringComparison.Ordinal);
        }
    }
}
