using Microservices.Register.Channels;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Channels;

public sealed class DueTimesTests
{
    private readonly ManualTime _time = new();
    private readonly DueTimes _due;

    public DueTimesTests() => _due = new DueTimes(Options.Create(new ChannelsOptions { LookEvery = TimeSpan.FromSeconds(5) }), _time);

    [Fact]
    public void TakeReady_WithNothingNoted_IsEmpty() => Assert.Empty(_due.TakeReady());

    [Fact]
    public void TakeReady_BeforeAndAfterItsTime_IsTakenOnce()
    {
        _due.Note(7, TimeSpan.FromSeconds(30));

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(_due.TakeReady());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([7], _due.TakeReady());
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_due.TakeReady());
    }

    [Fact]
    public void TakeReady_WithEarlierNotedLater_IsTakenAtTheEarlier()
    {
        _due.Note(7, TimeSpan.FromMinutes(10));
        _due.Note(7, TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([7], _due.TakeReady());
    }

    [Fact]
    public void TakeReady_OfSteadyAppends_LooksAtItsPaceUntilTheLastIsDue()
    {
        // One each second for a minute, each due after 30 s.
        List<int> looks = [];
        for (var second = 0; second <= 120; second++)
        {
            if (second < 60)
            {
                _due.Note(3, TimeSpan.FromSeconds(30));
            }

            looks.AddRange(_due.TakeReady().Select(_ => second));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        // The last is due at 89.
        Assert.Equal([30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 89], looks);
    }
}
