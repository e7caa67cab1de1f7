using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Sessions;
using static Microservices.Gateway.Tests.Delivery.Shared.Logs;

namespace Microservices.Gateway.Tests.Delivery.Shared;

public sealed class SharedChannelTests
{
    private readonly SharedChannel _channel = new(Limits);
    private readonly List<(Session Session, LogPage Page)> _served = [];

    public SharedChannelTests() => _channel.SeeHead(At(10), nowMs: 0);

    [Fact]
    public void SeeHead_TheFirst_IsWhereItBegins()
    {
        Assert.Equal((At(10), At(10)), (_channel.Head, _channel.Told));
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out var due));
        Assert.Null(due);
    }

    [Fact]
    public void Accept_InOrder_IsToldAtOnceAndOnce()
    {
        var page = Accept(11)!;

        Assert.Equal((At(10), At(11)), (page.After, page.Covered));
        Assert.Equal([11], Seqs(page));
        Assert.Null(Accept(11));
        Assert.Null(Accept(9));
        Assert.Equal([12], Seqs(Accept(12)));
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out _));
    }

    [Fact]
    public void Accept_OneIsLateButComes_NothingIsRead()
    {
        Assert.Null(Accept(12, nowMs: 100));
        Assert.Null(Accept(13, nowMs: 110));
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 149, out var due));
        Assert.Equal(150, due);

        var page = Accept(11, nowMs: 149)!;

        Assert.Equal([11, 12, 13], Seqs(page));
        Assert.Equal((At(10), At(13)), (page.After, page.Covered));
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out _));
    }

    [Fact]
    public void Accept_OneIsLost_IsReadOnceAfterTheWait()
    {
        Accept(12, nowMs: 100);

        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 151, out _));
        var page = _channel.Take(Page(10, 12), nowMs: 152, _served)!;

        Assert.Equal([11, 12], Seqs(page));
        Assert.Equal(At(12), _channel.Told);
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out _));
        Assert.Null(Accept(12, nowMs: 1_001));
    }

    [Fact]
    public void Accept_WhileTheLogIsRead_FollowsThePage()
    {
        Accept(12, nowMs: 100);
        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));
        Assert.Null(Accept(13, nowMs: 151));

        var page = _channel.Take(Page(10, 12), nowMs: 152, _served)!;

        Assert.Equal([11, 12, 13], Seqs(page));
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out _));
    }

    [Fact]
    public void Accept_LostWhileTheLogIsRead_IsReadAgain()
    {
        Accept(12, nowMs: 100);
        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));
        Assert.Null(Accept(14, nowMs: 151));
        _channel.Take(Page(10, 12), nowMs: 152, _served);

        Assert.Equal(At(12), _channel.Wanted(anybody: true, nowMs: 1_000, out _));
        Assert.Equal([13, 14], Seqs(_channel.Take(Page(12, 14), nowMs: 1_001, _served)));
    }

    [Fact]
    public void Accept_MoreEarlyOnesThanAreKept_AreRead()
    {
        foreach (var seq in Range(12, 30))
        {
            Assert.Null(Accept(seq, nowMs: 100));
        }

        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));
        Assert.Equal(Range(11, 30), Seqs(_channel.Take(Page(10, 30), nowMs: 151, _served)));
    }

    [Fact]
    public void Accept_HigherEpoch_IsAGapThatIsRead()
    {
        Assert.Null(_channel.Accept(At(11, epoch: 8), Message(11), nowMs: 100));

        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));
        var page = _channel.Take(new LogPage([new(At(11, epoch: 8), Message(11))], At(10), At(11, epoch: 8), At(11, epoch: 8)), nowMs: 151, _served)!;
        Assert.Equal([11], Seqs(page));
        Assert.Equal([12], Seqs(_channel.Accept(At(12, epoch: 8), Message(12), nowMs: 152)));
    }

    [Fact]
    public void Accept_LogBeganAnew_IsToldAtOnce()
    {
        Assert.Equal([1], Seqs(_channel.Accept(At(1, epoch: 8), Message(1), nowMs: 100)));
    }

    [Fact]
    public void Accept_BeforeAnyHeadIsKnown_IsToldAtOnce()
    {
        var channel = new SharedChannel(Limits);

        Assert.Equal([5], Seqs(channel.Accept(At(5), Message(5), nowMs: 0)));
        Assert.Null(channel.Accept(At(4), Message(4), nowMs: 1));
        Assert.Equal(At(5), channel.Head);
    }

    [Fact]
    public void SeeHead_AheadOfWhatCame_IsReadAfterTheWait()
    {
        _channel.SeeHead(At(12), nowMs: 100);

        Assert.Null(_channel.Wanted(anybody: true, nowMs: 149, out _));
        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));
        Assert.Equal([11, 12], Seqs(_channel.Take(Page(10, 12), nowMs: 151, _served)));
    }

    [Fact]
    public void SeeHead_BusBringsItInTime_NothingIsRead()
    {
        _channel.SeeHead(At(11), nowMs: 100);
        Accept(11, nowMs: 120);

        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out _));
    }

    [Fact]
    public void SeeHead_LogHasLessByNow_IsReadOnce()
    {
        _channel.SeeHead(At(12), nowMs: 100);
        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));

        Assert.Null(_channel.Take(Page(10, 10), nowMs: 151, _served));
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out _));
    }

    [Fact]
    public void Wanted_PageDoesNotReachTheHead_TheRestIsReadAtOnce()
    {
        _channel.SeeHead(At(30), nowMs: 100);
        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));

        Assert.Equal(Range(11, 20), Seqs(_channel.Take(Page(10, 20, head: 30), nowMs: 151, _served)));
        Assert.Equal(At(20), _channel.Wanted(anybody: true, nowMs: 152, out _));
        Assert.Equal(Range(21, 30), Seqs(_channel.Take(Page(20, 30), nowMs: 153, _served)));
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out _));
    }

    [Fact]
    public void Failed_ReadingAGap_IsWantedAgain()
    {
        Accept(12, nowMs: 100);
        _channel.Wanted(anybody: true, nowMs: 150, out _);

        _channel.Failed();

        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 151, out _));
    }

    [Fact]
    public void Recheck_NothingIsMissing_IsReadOnce()
    {
        _channel.Recheck();

        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 1, out _));
        _channel.Take(Page(10, 10), nowMs: 2, _served);
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out _));
    }

    [Fact]
    public void Wanted_NobodyIsHere_NothingIsRead()
    {
        Accept(14, nowMs: 100);
        _channel.Recheck();

        Assert.Null(_channel.Wanted(anybody: false, nowMs: 1_000, out _));
        Assert.Equal([15], Seqs(Accept(15, nowMs: 1_001)));
    }

    [Fact]
    public void Read_AtTheHead_IsAnEmptyPage()
    {
        var page = _channel.Read(Someone(), At(10), nowMs: 1)!;

        Assert.Empty(page.Entries);
        Assert.Equal((At(10), At(10)), (page.After, page.Covered));
    }

    [Fact]
    public void Read_BehindWhatTheBusBrought_IsAtHand()
    {
        Accept(11);
        Accept(12);

        Assert.Equal([11, 12], Seqs(_channel.Read(Someone(), At(10), nowMs: 1)));
        Assert.Equal([12], Seqs(_channel.Read(Someone(), At(11), nowMs: 1)));
    }

    [Fact]
    public void Read_CursorAheadOfTheRoom_TheLogIsRead()
    {
        Assert.Empty(_channel.Read(Someone(), At(12), nowMs: 100)!.Entries);

        Assert.Equal(At(10), _channel.Wanted(anybody: true, nowMs: 150, out _));
        Assert.Equal([11, 12], Seqs(_channel.Take(Page(10, 12), nowMs: 151, _served)));
    }

    [Fact]
    public void Read_ThousandSessionsBehindTheCache_AreServedByOneReading()
    {
        var waiting = Enumerable.Range(0, 1_000).Select(i => (Session: Someone(), After: At((ulong)i % 10))).ToArray();
        foreach (var (session, after) in waiting)
        {
            Assert.Null(_channel.Read(session, after, nowMs: 1));
        }

        Assert.Equal(At(0), _channel.Wanted(anybody: true, nowMs: 1, out _));
        Assert.Null(_channel.Take(Page(0, 10), nowMs: 2, _served));

        Assert.Null(_channel.Wanted(anybody: true, nowMs: 3, out _));
        Assert.Equal(1_000, _served.Count);
        Assert.Equal(0, _channel.Waiting);
        var pages = _served.ToDictionary(static one => one.Session, static one => one.Page);
        Assert.All(waiting, one => Assert.Equal(Range(one.After.Seq + 1, 10), Seqs(pages[one.Session])));
        Assert.Equal(Range(4, 10), Seqs(_channel.Read(Someone(), At(3), nowMs: 4)));
    }

    [Fact]
    public void Read_BehindTwoPages_LowestFirstAndEachOnce()
    {
        var (low, high) = (Someone(), Someone());
        Assert.Null(_channel.Read(high, At(8), nowMs: 1));
        Assert.Null(_channel.Read(low, At(2), nowMs: 1));

        Assert.Equal(At(2), _channel.Wanted(anybody: true, nowMs: 1, out _));
        _channel.Take(Page(2, 5, head: 10), nowMs: 2, _served);
        Assert.Equal([(low, At(5))], _served.Select(one => (one.Session, one.Page.Covered)));
        Assert.Equal(At(8), _channel.Wanted(anybody: true, nowMs: 1, out _));
        _served.Clear();
        _channel.Take(Page(8, 10), nowMs: 3, _served);
        Assert.Equal([(high, At(10))], _served.Select(one => (one.Session, one.Page.Covered)));
    }

    [Fact]
    public void Take_LogIsShorterThanTheCursor_SessionIsServedAnEmptyPage()
    {
        var session = Someone();
        Assert.Null(_channel.Read(session, At(8), nowMs: 1));

        _channel.Take(new LogPage([], At(8), At(8), At(3)), nowMs: 2, _served);

        Assert.Equal([session], _served.Select(static one => one.Session));
        Assert.Equal(At(8), _served[0].Page.Covered);
    }

    [Fact]
    public void Wanted_NobodyWasHereWhenItWentMissing_IsNotReadForWhoComes()
    {
        _channel.SeeHead(At(12), nowMs: 100);

        Assert.Null(_channel.Wanted(anybody: false, nowMs: 101, out _));
        Assert.False(_channel.HasGap);
        Assert.Null(_channel.Wanted(anybody: true, nowMs: 1_000, out var due));
        Assert.Null(due);
        Assert.Equal(At(12), _channel.Told);
    }

    [Fact]
    public void Forget_SessionsThatEnded_WaitNoMore()
    {
        var (ended, other) = (Someone(), Someone());
        _channel.Read(ended, At(1), nowMs: 1);
        _channel.Read(other, At(5), nowMs: 1);

        _channel.Forget(session => session == ended);

        Assert.Equal(At(5), _channel.Wanted(anybody: true, nowMs: 2, out _));
    }

    private LogPage? Accept(ulong seq, long nowMs = 0) => _channel.Accept(At(seq), Message(seq), nowMs);
}
