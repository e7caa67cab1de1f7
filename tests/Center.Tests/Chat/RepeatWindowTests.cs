using Microservices.Center.Chat;

namespace Microservices.Center.Tests.Chat;

public sealed class RepeatWindowTests
{
    [Fact]
    public void Add_MoreThanItHolds_ForgetsTheOldest()
    {
        var window = new RepeatWindow(2);
        UplinkKey Key(ulong counter) => new(1, 2, counter);

        window.Add(Key(1));
        window.Add(Key(2));
        window.Add(Key(2));
        Assert.True(window.Contains(Key(1)));
        window.Add(Key(3));

        Assert.False(window.Contains(Key(1)));
        Assert.True(window.Contains(Key(2)) && window.Contains(Key(3)));
    }
}
