using BenchmarkDotNet.Attributes;
using Microservices.Gateway.Liveness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Benchmarks.Micro;

/// <summary>The deadlines of 20,000 connections.</summary>
public class TimingWheelBenchmarks
{
    private const int Entries = 20_000;
    private const int PeriodMs = 30_000;
    private const int TickMs = 100;

    private readonly Clock _clock = new();
    private TimingWheel _busy = null!;
    private TimingWheel _quiet = null!;
    private Entry[] _entries = [];
    private int _next;

    /// <summary>The entries of one are due all over the period, those of the other never.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _busy = new TimingWheel(_clock, NullLogger<TimingWheel>.Instance);
        _quiet = new TimingWheel(_clock, NullLogger<TimingWheel>.Instance);
        _entries = [.. Enumerable.Range(0, Entries).Select(_ => new Entry(_quiet, int.MaxValue))];
        for (var i = 0; i < Entries; i++)
        {
            _quiet.Schedule(_entries[i], int.MaxValue - ((long)i * TickMs));
            _busy.Schedule(new Entry(_busy, PeriodMs), (long)i * PeriodMs / Entries);
        }
    }

    /// <summary>Another deadline for one of the entries.</summary>
    [Benchmark]
    public void Schedule()
    {
        _next = (_next + 7919) % Entries;
        _quiet.Schedule(_entries[_next], int.MaxValue - ((long)_next * TickMs));
    }

    /// <summary>A tick of 100 ms in which 67 entries are due, and are scheduled again.</summary>
    [Benchmark]
    public void TickWithDueEntries()
    {
        _clock.AdvanceOneTick();
        _busy.Advance();
    }

    /// <summary>A tick in which none is due; it goes by ten that are due in a later turn.</summary>
    [Benchmark]
    public void TickWithoutDueEntries()
    {
        _clock.AdvanceOneTick();
        _quiet.Advance();
    }

    private sealed class Entry(TimingWheel wheel, int periodMs) : WheelEntry
    {
        protected internal override void OnDue() => wheel.Schedule(this, wheel.NowMs + periodMs);
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1_000;

        public void AdvanceOneTick() => _now += TickMs;

        public override long GetTimestamp() => _now;
    }
}
