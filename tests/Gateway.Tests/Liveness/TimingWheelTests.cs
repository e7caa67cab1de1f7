using Microservices.Gateway.Liveness;
using Microservices.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Gateway.Tests.Liveness;

public sealed class TimingWheelTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(1, 100)]
    [InlineData(100, 100)]
    [InlineData(101, 200)]
    [InlineData(799, 800)]
    [InlineData(800, 800)]
    [InlineData(5_001, 5_100)]
    public void Entry_IsDueAtTheFirstTickFromItsDeadlineOn(int due, int fires)
    {
        using var wheel = Wheel();
        var entry = new Entry();
        wheel.Schedule(entry, due);

        Pass(fires - 1);
        Assert.Equal(0, entry.Fired);
        Pass(1);
        Assert.Equal(1, entry.Fired);
        Pass(10_000);
        Assert.Equal(1, entry.Fired);
    }

    [Fact]
    public void Entry_ScheduledAgain_HasOnlyTheLatestDeadline()
    {
        using var wheel = Wheel();
        var entry = new Entry();
        wheel.Schedule(entry, 300);
        wheel.Schedule(entry, 1_500);
        wheel.Schedule(entry, 700);

        Pass(600);
        Assert.Equal(0, entry.Fired);
        Pass(5_000);
        Assert.Equal(1, entry.Fired);
    }

    [Fact]
    public void Entry_ThatIsRemoved_NeverFires()
    {
        using var wheel = Wheel();
        var entries = Enumerable.Range(0, 5).Select(_ => new Entry()).ToArray();
        foreach (var entry in entries)
        {
            wheel.Schedule(entry, 500);
        }

        // The last, the first and one in the middle of the slot's list.
        wheel.Remove(entries[4]);
        wheel.Remove(entries[0]);
        wheel.Remove(entries[2]);
        wheel.Remove(entries[2]);
        Pass(1_000);

        Assert.Equal([0, 1, 0, 1, 0], entries.Select(entry => entry.Fired));
    }

    [Fact]
    public void Entry_MayScheduleItselfAgainWhenItIsDue()
    {
        using var wheel = Wheel();
        var entry = new Entry();
        entry.Then = () => wheel.Schedule(entry, wheel.NowMs + 200);
        wheel.Schedule(entry, 200);

        Pass(2_000);

        Assert.Equal(10, entry.Fired);
    }

    [Fact]
    public void Entry_WhoseDeadlineHasPassed_IsDueAtTheNextTick()
    {
        using var wheel = Wheel();
        Pass(1_000);
        var entry = new Entry();
        wheel.Schedule(entry, 5);

        Pass(100);

        Assert.Equal(1, entry.Fired);
    }

    [Fact]
    public void Entries_AfterAPause_AllFireOnce()
    {
        using var wheel = new TimingWheel(_time, NullLogger.Instance, TimeSpan.FromMilliseconds(10), slots: 8);
        var entries = Enumerable.Range(1, 100).Select(_ => new Entry()).ToArray();
        for (var i = 0; i < entries.Length; i++)
        {
            wheel.Schedule(entries[i], (i + 1) * 10);
        }

        _time.Advance(TimingWheel.StallLimit);
        wheel.Advance();

        Assert.All(entries, entry => Assert.Equal(1, entry.Fired));
        Assert.Equal(0, wheel.Stalls);
    }

    [Theory]
    [InlineData(1_001)]
    [InlineData(20_000)]
    [InlineData(86_400_000)]
    public void Stall_IsNotCounted_WhatWasLeftOfADeadlineIsLeftAfterIt(int stalled)
    {
        using var wheel = new TimingWheel(_time, NullLogger.Instance, TimeSpan.FromMilliseconds(100), slots: 8);
        var entry = new Entry();
        Tick(wheel, 10);
        wheel.Schedule(entry, wheel.NowMs + 4_000);
        Tick(wheel, 15);

        // The process is frozen, and wakes.
        Pass(stalled);
        wheel.Advance();

        Assert.Equal((2_600L, 1L, 0), (wheel.NowMs, wheel.Stalls, entry.Fired));
        Tick(wheel, 23);
        Assert.Equal(0, entry.Fired);
        Tick(wheel, 1);
        Assert.Equal(1, entry.Fired);
    }

    [Fact]
    public void Wheel_ThatIsStartedLate_CountsFromThen()
    {
        using var wheel = new TimingWheel(_time, NullLogger.Instance, TimeSpan.FromMilliseconds(100), slots: 8);
        Pass(30_000);
        wheel.Start();

        Pass(500);

        Assert.Equal((500L, 0L), (wheel.NowMs, wheel.Stalls));
    }

    [Fact]
    public void ScheduleNoLater_KeepsTheEarlierDeadline()
    {
        using var wheel = Wheel();
        var (earlier, later, unscheduled) = (new Entry(), new Entry(), new Entry());
        wheel.Schedule(earlier, 300);
        wheel.Schedule(later, 700);

        wheel.ScheduleNoLater(earlier, 700);
        wheel.ScheduleNoLater(later, 300);
        wheel.ScheduleNoLater(unscheduled, 300);

        Pass(300);
        Assert.Equal((1, 1, 1), (earlier.Fired, later.Fired, unscheduled.Fired));
        Pass(5_000);
        Assert.Equal((1, 1, 1), (earlier.Fired, later.Fired, unscheduled.Fired));
    }

    [Fact]
    public void Entry_ThatFails_DoesNotKeepOthersFromFiring()
    {
        using var wheel = Wheel();
        var entries = Enumerable.Range(0, 3).Select(_ => new Entry { Then = () => throw new InvalidOperationException("a bug") }).ToArray();
        foreach (var entry in entries)
        {
            wheel.Schedule(entry, 100);
        }

        Pass(1_000);

        Assert.All(entries, entry => Assert.Equal(1, entry.Fired));
    }

    [Fact]
    public void Snapshot_HoldsWhatIsScheduled()
    {
        using var wheel = Wheel();
        var (near, far, removed) = (new Entry(), new Entry(), new Entry());
        wheel.Schedule(near, 100);
        wheel.Schedule(far, 100_000);
        wheel.Schedule(removed, 300);
        wheel.Remove(removed);

        Assert.Equal(new HashSet<WheelEntry> { near, far }, [.. wheel.Snapshot()]);
    }

    [Fact]
    public void Schedule_AgainAndAgain_AllocatesNothing()
    {
        using var wheel = Wheel();
        var entry = new Entry();
        wheel.Schedule(entry, 100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            wheel.Schedule(entry, 1_000 + i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private TimingWheel Wheel()
    {
        var wheel = new TimingWheel(_time, NullLogger.Instance, TimeSpan.FromMilliseconds(100), slots: 8);
        wheel.Start();
        return wheel;
    }

    private void Tick(TimingWheel wheel, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Pass(100);
            wheel.Advance();
        }
    }

    private void Pass(int ms) => _time.Advance(TimeSpan.FromMilliseconds(ms));

    private sealed class Entry : WheelEntry
    {
        public int Fired { get; private set; }

        public Action? Then { get; set; }

        protected internal override void OnDue()
        {
            Fired++;
            Then?.Invoke();
        }
    }
}
