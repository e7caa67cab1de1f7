using Microservices.Center.Kick;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Tests.Kick;

public sealed class KickPaceTests
{
    [Fact]
    public async Task WaitAsync_OneAfterAnother_EachWaitsForThoseBefore()
    {
        var time = new ManualTime();
        var pace = new KickPace(Options.Create(new KickOptions { SessionsPerSecond = 100 }), time);

        await pace.WaitAsync(100, CancellationToken.None);
        var second = pace.WaitAsync(50, CancellationToken.None);
        var third = pace.WaitAsync(1, CancellationToken.None);
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await second;
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(500));
        await third;
    }

    [Fact]
    public void PageSize_LowPace_IsWhatASecondTakes()
    {
        Assert.Equal(7, new KickPace(Options.Create(new KickOptions { SessionsPerSecond = 7 }), TimeProvider.System).PageSize);
        Assert.Equal(1_000, new KickPace(Options.Create(new KickOptions()), TimeProvider.System).PageSize);
    }
}
