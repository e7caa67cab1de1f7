using Microservices.Gateway.Sessions;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Tests.Sessions;

public sealed class LoginPaceTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Take_GivesTheBurst_ThenTheRate()
    {
        var pace = Pace(options => (options.LoginsPerSecond, options.LoginBurst) = (100, 30));

        Assert.Equal((20, 10, 0), (pace.Take(20), pace.Take(20), pace.Take(20)));
        Pass(0.05);
        Assert.Equal((5, 0), (pace.Take(20), pace.Take(20)));
        Pass(60);
        Assert.Equal(30, pace.Take(1_000));
        pace.GiveBack(7);
        Assert.Equal(7, pace.Take(1_000));
    }

    [Fact]
    public void Take_InShortSteps_LosesNothingToRounding()
    {
        var pace = Pace(options => (options.LoginsPerSecond, options.LoginBurst) = (100, 10));
        pace.Take(10);
        var taken = 0;

        for (var i = 0; i < 10_000; i++)
        {
            Pass(0.001);
            taken += pace.Take(10);
        }

        Assert.InRange(taken, 999, 1_000);
    }

    [Fact]
    public void Take_WithoutARate_GivesWhatIsAsked() => Assert.Equal(1_000, Pace(options => options.LoginsPerSecond = 0).Take(1_000));

    [Fact]
    public void ExpectedWait_FollowsTheRate()
    {
        var pace = Pace(options => options.LoginsPerSecond = 1_000);

        Assert.Equal(TimeSpan.FromSeconds(5), pace.ExpectedWait(5_000));
    }

    [Fact]
    public void ExpectedWait_FollowsTheCalls()
    {
        var pace = Pace(options => (options.LoginsPerSecond, options.MaxBatch, options.ConcurrentLoginCalls) = (0, 10, 2));
        for (var i = 0; i < 50; i++)
        {
            Call(pace, 2, isAnswered: true);
        }

        // Twenty at a time, two seconds each time.
        Assert.InRange(pace.ExpectedWait(100).TotalSeconds, 11.9, 12.1);
        Assert.InRange(pace.ExpectedWait(0).TotalSeconds, 1.9, 2.1);
    }

    [Fact]
    public void ExpectedWait_WhileNothingIsAnswered_GrowsWithTheSilence()
    {
        var pace = Pace();
        var began = pace.Begin();
        Pass(2);
        Assert.Equal(TimeSpan.FromSeconds(2), pace.ExpectedWait(1));
        Pass(5);
        Assert.Equal(new SessionsOptions().CallTimeout, pace.ExpectedWait(1));
        Assert.Equal(TimeSpan.Zero, pace.FailingFor);

        pace.End(began, isAnswered: false);
        Pass(3);

        Assert.Equal(TimeSpan.FromSeconds(10), pace.ExpectedWait(1));
        Assert.Equal(TimeSpan.FromSeconds(10), pace.FailingFor);
        Call(pace, 0.01, isAnswered: true);
        Assert.Equal(TimeSpan.Zero, pace.FailingFor);
        Assert.InRange(pace.ExpectedWait(1).TotalSeconds, 0, 0.1);
    }

    [Fact]
    public void ExpectedWait_AfterAQuietHour_IsShort()
    {
        var pace = Pace();
        Call(pace, 0.01, isAnswered: true);
        Pass(3_600);

        pace.Begin();

        Assert.InRange(pace.ExpectedWait(1).TotalSeconds, 0, 0.1);
    }

    [Fact]
    public void RetryAfter_SpreadsThoseWhoAreTurnedAway()
    {
        var pace = Pace(options => options.LoginsPerSecond = 1_000);

        var times = Enumerable.Range(0, 10_000).Select(_ => pace.RetryAfter(10_000).TotalSeconds).ToArray();

        // Ten seconds of those who wait, then ten of those who are told, and at most half of it more.
        Assert.All(times, time => Assert.InRange(time, 10, 30.1));
        Assert.InRange(times[..1_000].Average(), 11, 15);
        Assert.InRange(times[^1_000..].Average(), 21, 28);
        Assert.True(times.Distinct().Count() > 9_000);
    }

    [Fact]
    public void RetryAfter_WhileRegisterIsAway_IsAPartOfTheLongestTime()
    {
        var pace = Pace();
        Call(pace, 3, isAnswered: false);
        Pass(3_600);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(pace.RetryAfter(0).TotalSeconds, 15, 23));
    }

    [Fact]
    public void RetryAfter_IsBounded()
    {
        var pace = Pace(options => (options.LoginsPerSecond, options.RetryAfter, options.MaxRetryAfter) = (10, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20)));

        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.InRange(pace.RetryAfter(1_000_000).TotalSeconds, 20, 30));
        Pass(3_600);
        Assert.InRange(pace.RetryAfter(0).TotalSeconds, 2, 3);
    }

    private LoginPace Pace(Action<SessionsOptions>? configure = null)
    {
        var options = new SessionsOptions();
        configure?.Invoke(options);
        return new LoginPace(Options.Create(options), _time);
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private void Call(LoginPace pace, double seconds, bool isAnswered)
    {
        var began = pace.Begin();
        Pass(seconds);
        pace.End(began, isAnswered);
    }
}
