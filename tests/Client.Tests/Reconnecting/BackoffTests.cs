using Microservices.Client.Connections;
using Microservices.Client.Reconnecting;
using Microservices.Protocol;

namespace Microservices.Client.Tests.Reconnecting;

public sealed class BackoffTests
{
    private static readonly ConnectionEnd Lost = ConnectionEnd.Lost("");

    [Fact]
    public void TryNext_Defaults_DoublesTo30SecondsAndBeginsAgainAfterALoginThatHeld()
    {
        var backoff = new Backoff(new ReconnectOptions { Jitter = 0 });

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 7).Select(_ => Next(backoff, Lost).TotalSeconds));
        backoff.Verified(TimeSpan.FromSeconds(9.9));
        Assert.Equal(30, Next(backoff, Lost).TotalSeconds);
        backoff.Verified(TimeSpan.FromSeconds(10));
        Assert.Equal(1, Next(backoff, Lost).TotalSeconds);
    }

    [Fact]
    public void TryNext_ForEver_NeverOverflows()
    {
        var backoff = new Backoff(new ReconnectOptions { Factor = 100, Jitter = 0 });

        for (var i = 0; i < 5000; i++)
        {
            Assert.InRange(Next(backoff, Lost).TotalSeconds, 1, 30);
        }
    }

    [Fact]
    public void TryNext_Jitter_StaysWithinItsPart()
    {
        var delays = Enumerable.Range(0, 500).Select(_ => Next(new Backoff(new ReconnectOptions { Jitter = 0.5 }), Lost).TotalSeconds).ToArray();

        Assert.All(delays, delay => Assert.InRange(delay, 0.5, 1.5));
        Assert.True(delays.Distinct().Count() > 100);
    }

    [Fact]
    public void TryNext_BackOff_IsNeverBeforeTheTimeThatIsNamed()
    {
        var named = new ConnectionEnd(ClientAction.BackOff, Code.Overloaded, "") { RetryAfter = TimeSpan.FromSeconds(7) };
        var unnamed = new ConnectionEnd(ClientAction.BackOff, Code.Overloaded, "");

        for (var i = 0; i < 200; i++)
        {
            var backoff = new Backoff(new ReconnectOptions());
            Assert.InRange(Next(backoff, named).TotalSeconds, 7, 10.5);
            Assert.InRange(Next(backoff, unnamed).TotalSeconds, 30, 45);
        }
    }

    [Fact]
    public void TryNext_ReconnectWithASpan_IsSpreadOverIt()
    {
        var spread = new ConnectionEnd(ClientAction.Reconnect, Code.GoingAway, "") { RetryAfter = TimeSpan.FromSeconds(60) };

        var delays = Enumerable.Range(0, 500).Select(_ => Next(new Backoff(new ReconnectOptions()), spread).TotalSeconds).ToArray();

        Assert.All(delays, delay => Assert.InRange(delay, 0, 60));
        Assert.True(delays.Max() - delays.Min() > 30);
    }

    [Theory]
    [InlineData(ClientAction.BackOff), InlineData(ClientAction.Reconnect)]
    public void TryNext_AbsurdSpan_IsCapped(ClientAction action)
    {
        var end = new ConnectionEnd(action, Code.Overloaded, "") { RetryAfter = TimeSpan.FromMilliseconds(uint.MaxValue) };

        Assert.InRange(Next(new Backoff(new ReconnectOptions { Jitter = 1 }), end).TotalMinutes, 0, 20);
        Assert.InRange(Next(new Backoff(new ReconnectOptions { MaxRetryAfter = TimeSpan.FromSeconds(4) }), end).TotalSeconds, 0, 6);
    }

    [Fact]
    public void TryNext_AttemptsUsedUp_ReturnsFalse()
    {
        var backoff = new Backoff(new ReconnectOptions { MaxAttempts = 1 });

        Assert.True(backoff.TryNext(Lost, out _));
        Assert.False(backoff.TryNext(Lost, out _));
        backoff.Verified(TimeSpan.Zero);
        Assert.True(backoff.TryNext(Lost, out _));
    }

    private static TimeSpan Next(Backoff backoff, ConnectionEnd end)
    {
        Assert.True(backoff.TryNext(end, out var delay));
        return delay;
    }
}
