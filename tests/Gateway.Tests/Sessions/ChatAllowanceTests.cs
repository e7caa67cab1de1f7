using Microservices.Gateway.Apps;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Tests.Sessions;

public sealed class ChatAllowanceTests
{
    private static readonly ChatRate Rate = new(PerSecond: 10, Burst: 3);

    private ChatAllowance _chats;
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void TryTake_ABurst_ThenAtTheRate()
    {
        Assert.Equal([true, true, true, false, false], Take(5));

        Pass(99);
        Assert.Equal([false], Take(1));
        Pass(1);
        Assert.Equal([true, false], Take(2));
        Pass(200);
        Assert.Equal([true, true, false], Take(3));
    }

    [Fact]
    public void TryTake_AfterAPause_IsNoMoreThanTheBurst()
    {
        Take(3);

        Pass(3_600_000);

        Assert.Equal([true, true, true, false], Take(4));
    }

    [Fact]
    public void TryTake_Refused_SaysWhenThereIsAPlace()
    {
        Take(3);
        Pass(30);

        Assert.False(_chats.TryTake(Rate, _now, out var retryAfterMs));

        Assert.Equal(70u, retryAfterMs);
        Pass(70);
        Assert.True(_chats.TryTake(Rate, _now, out _));
    }

    [Fact]
    public void TryTake_InTheLongRun_IsTheRate()
    {
        var taken = 0;
        for (var ms = 0; ms < 10_000; ms++)
        {
            taken += Take(1)[0] ? 1 : 0;
            Pass(1);
        }

        Assert.InRange(taken, 101, 103);
    }

    [Fact]
    public void TryTake_AfterTheAppAllowsLess_NeedsNoMoreThanOnePlace()
    {
        var generous = new ChatRate(1, 1_000);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(_chats.TryTake(generous, _now, out _));
        }

        Assert.False(_chats.TryTake(Rate, _now, out var retryAfterMs));
        Assert.Equal(100u, retryAfterMs);
    }

    [Theory]
    [InlineData(10_000u, 100_000u)]
    [InlineData(1u, 1u)]
    [InlineData(3u, 7u)]
    public void TryTake_ABurstOfAnySize_IsExact(uint perSecond, uint burst)
    {
        var rate = new ChatRate(perSecond, burst);
        for (var i = 0; i < burst; i++)
        {
            Assert.True(_chats.TryTake(rate, _now, out _));
        }

        Assert.False(_chats.TryTake(rate, _now, out _));
    }

    private bool[] Take(int times) => [.. Enumerable.Range(0, times).Select(_ => _chats.TryTake(Rate, _now, out var _))];

    private void Pass(int ms) => _now += TimeSpan.FromMilliseconds(ms);
}
