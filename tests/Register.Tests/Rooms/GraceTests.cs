using Microservices.Contracts.Register;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Rooms;

public sealed class GraceTests
{
    private const long Start = 1_754_000_000_000_000;
    private static readonly RoomsOptions Options = new() { LeaseTime = TimeSpan.FromSeconds(9) };
    private readonly ManualTime _time = new();
    private readonly Grace _grace;
    private RoomView _view = RoomView.Empty;
    private long _storeTime = Start;
    private ulong _refill = 7;

    public GraceTests() => _grace = new Grace(Options, _time);

    [Fact]
    public void Judge_BeforeAnyReading_IsNever() => Assert.Equal(Judgement.None, _grace.Judge(_view));

    [Fact]
    public void Judge_WithinTwoLeasesOfTheFirstReading_IsNever()
    {
        Read();
        RunFor(TimeSpan.FromSeconds(17.9));
        Assert.True(_grace.IsRunning);
        Assert.Equal(Judgement.None, _grace.Judge(_view));

        RunFor(TimeSpan.FromSeconds(0.5));

        Assert.False(_grace.IsRunning);
        Assert.Equal(new Judgement(_storeTime + 3_000_000, Refill: 7), _grace.Judge(_view));
    }

    [Fact]
    public void Judge_WithAnOldView_IsNever()
    {
        Read();
        RunFor(TimeSpan.FromSeconds(20));

        _time.Advance(TimeSpan.FromSeconds(3.1));

        Assert.Equal(Judgement.None, _grace.Judge(_view));
    }

    [Fact]
    public void Observe_AfterASilenceOfTheStore_BeginsAnew()
    {
        Read();
        RunFor(TimeSpan.FromSeconds(20));

        Pass(TimeSpan.FromSeconds(3.1));
        Read();

        Assert.True(_grace.IsRunning);
        RunFor(TimeSpan.FromSeconds(18.5));
        Assert.False(_grace.IsRunning);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public void Observe_OfAJumpOfTheStoresClock_BeginsAnew(int seconds)
    {
        Read();
        RunFor(TimeSpan.FromSeconds(20));

        _storeTime += seconds * 1_000_000;
        Read();

        Assert.True(_grace.IsRunning);
    }

    [Fact]
    public void Observe_OfLostData_BeginsAnew()
    {
        Read(highest: 7);
        RunFor(TimeSpan.FromSeconds(20), highest: 7);
        Assert.False(_grace.IsRunning);

        Read(highest: 0);

        Assert.True(_grace.IsRunning);
    }

    [Fact]
    public void Observe_OfAnotherRefill_BeginsAnew()
    {
        Read();
        RunFor(TimeSpan.FromSeconds(20));
        Assert.False(_grace.IsRunning);

        _refill++;
        Read();

        Assert.Equal(Judgement.None, _grace.Judge(_view));
        RunFor(TimeSpan.FromSeconds(18.5));
        Assert.Equal(8ul, _grace.Judge(_view).Refill);
    }

    private void RunFor(TimeSpan span, ulong highest = 0)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(0.1))
        {
            Pass(TimeSpan.FromSeconds(0.1));
            Read(highest);
        }
    }

    private void Pass(TimeSpan span)
    {
        _time.Advance(span);
        _storeTime += (long)span.TotalMicroseconds;
    }

    private void Read(ulong highest = 0)
    {
        _grace.Observe(_view, new RoomSnapshot([], highest, _storeTime, new RefillState(_refill, 0), new Dictionary<ulong, ulong>()));
        _view = new RoomView(new RoomList { Refill = _refill }, highest, _storeTime, _time.GetTimestamp());
    }
}
