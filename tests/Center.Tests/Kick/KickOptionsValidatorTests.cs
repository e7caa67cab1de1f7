using Microservices.Center.Jobs;
using Microservices.Center.Kick;

namespace Microservices.Center.Tests.Kick;

public sealed class KickOptionsValidatorTests
{
    [Fact]
    public void Validate_BadValues_AreAllNamed()
    {
        var kick = new KickOptionsValidator().Validate(null, new KickOptions { SessionsPerSecond = 0, IncompleteLimit = TimeSpan.FromHours(2) });
        var jobs = new JobsOptionsValidator().Validate(
            null,
            new JobsOptions { PollEvery = TimeSpan.Zero, MaxAtOnce = 9, Hold = TimeSpan.FromSeconds(1), WatchEvery = TimeSpan.Zero, MaxWatchers = 0 });

        Assert.Equal(2, kick.Failures!.Count());
        Assert.Equal(
            ["Jobs:PollEvery", "Jobs:Hold", "Jobs:WatchEvery", "Jobs:MaxAtOnce", "Jobs:MaxWatchers"],
            jobs.Failures!.Select(failure => failure.Split(' ')[1].TrimEnd(':')));
    }

    [Fact]
    public void Validate_Defaults_Pass()
    {
        Assert.True(new KickOptionsValidator().Validate(null, new KickOptions()).Succeeded);
        Assert.True(new JobsOptionsValidator().Validate(null, new JobsOptions()).Succeeded);
    }
}
