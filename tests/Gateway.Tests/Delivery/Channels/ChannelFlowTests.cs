using Microservices.Gateway.Delivery.Channels;

namespace Microservices.Gateway.Tests.Delivery.Channels;

/// <summary>Order, gaps and openings; the window and acknowledgements have a file of their own.</summary>
public sealed partial class ChannelFlowTests
{
    private const ulong Epoch = 7;
    private readonly ChannelFlow _flow = new();
    private Wire _wire = new();

    [Fact]
    public void Offer_BeforeItIsOpen_SendsNothingAndIsReadLater()
    {
        Assert.Equal(FlowNeeds.None, Offer(3));

        var needs = Open(after: 1, covered: 2, head: 2, 2);

        Assert.Equal([2ul], _wire.Seqs);
        Assert.Equal(FlowNeeds.WatchAck | FlowNeeds.Read, needs);
    }

    [Fact]
    public void Offer_InOrder_IsSentOnce()
    {
        Open(after: 4);

        Assert.Equal(FlowNeeds.WatchAck, Offer(5));
        Assert.Equal(FlowNeeds.None, Offer(6));
        Assert.Equal(FlowNeeds.Repeated, Offer(5));
        Assert.Equal(FlowNeeds.Repeated, Offer(6));

        Assert.Equal([5ul, 6], _wire.Seqs);
        Assert.Equal(2, _flow.InFlight);
    }

    [Fact]
    public void Offer_OfTheFirstEntryOfANewLog_NeedsNoReading()
    {
        Open(LogPage.Empty(LogPosition.Start, LogPosition.Start));

        Assert.Equal(FlowNeeds.WatchAck, Offer(1));
        Assert.Equal(FlowNeeds.None, Offer(new LogPosition(Epoch + 1, 1)));

        Assert.Equal([1ul, 1], _wire.Seqs);
    }

    [Fact]
    public void Offer_BehindAGap_WaitsForWhatIsMissing()
    {
        Open(after: 4);

        Assert.Equal(FlowNeeds.Look, Offer(6));
        Assert.Equal(FlowNeeds.None, Offer(7));
        Assert.Empty(_wire.Received);
        Offer(5);

        Assert.Equal([5ul, 6, 7], _wire.Seqs);
        Assert.Equal(FlowNeeds.None, _flow.Look());
    }

    [Fact]
    public void Look_AtAGapThatDidNotClose_Reads_AndThePageClosesIt()
    {
        Open(after: 4);
        Offer(6);

        Assert.Equal(FlowNeeds.Read | FlowNeeds.Gap, _flow.Look());
        var needs = Take(after: 4, covered: 6, head: 6, 5, 6);

        Assert.Equal(FlowNeeds.WatchAck, needs);
        Assert.Equal([5ul, 6], _wire.Seqs);
    }

    [Fact]
    public void Offer_WhileAPageIsWaitedFor_FollowsThePage()
    {
        Open(after: 4);
        Assert.Equal(FlowNeeds.Read, _flow.Hint(At(6)));
        Offer(7);
        Offer(8);

        Take(after: 4, covered: 6, head: 6, 5, 6);

        Assert.Equal([5ul, 6, 7, 8], _wire.Seqs.Take(4));
    }

    [Fact]
    public void Offer_OfAnotherEpoch_IsAGap()
    {
        Open(after: 4);
        Offer(5);

        Assert.Equal(FlowNeeds.Look, Offer(new LogPosition(Epoch + 1, 6)));
        Assert.Equal(FlowNeeds.Read | FlowNeeds.Gap, _flow.Look());
        var needs = Take(new LogPage([new PageEntry(new LogPosition(Epoch + 1, 6), Contents.Of())], At(5), new LogPosition(Epoch + 1, 6), new LogPosition(Epoch + 1, 6)));

        Assert.Equal(FlowNeeds.None, needs);
        Assert.Equal([5ul, 6], _wire.Seqs);
        Assert.Equal(FlowNeeds.Repeated, Offer(6));
    }

    [Fact]
    public void Take_OfAPageWithHoles_GoesOverThem()
    {
        Open(after: 4, covered: 9, head: 9, 6, 8);

        Assert.Equal([6ul, 8], _wire.Seqs);
        Assert.Equal(At(9), _flow.Sent);
        Assert.Equal(FlowNeeds.None, Offer(10));
        Assert.Equal([6ul, 8, 10], _wire.Seqs);
    }

    [Fact]
    public void Take_OfATombstone_PassesOverIt()
    {
        Open(new LogPage([new PageEntry(At(5), Content: null), new PageEntry(At(6), Contents.Of())], At(4), At(6), At(6)));

        Assert.Equal([6ul], _wire.Seqs);
    }

    [Fact]
    public void Take_OfWhatWasLostWithTheStoresData_DoesNotAskForever()
    {
        Open(after: 4);
        Assert.Equal(FlowNeeds.Read, _flow.Hint(At(9)));

        Assert.Equal(FlowNeeds.None, Take(after: 4, covered: 4, head: 0));
    }

    [Fact]
    public void Take_OfAPageThatGotNowhere_AsksAgainInAWhile()
    {
        Open(after: 4);
        Assert.Equal(FlowNeeds.Read, _flow.Hint(At(9)));

        Assert.Equal(FlowNeeds.Look, Take(after: 4, covered: 4, head: 9));
        Assert.True(_flow.Look().HasFlag(FlowNeeds.Read));
    }

    [Fact]
    public void Expired_IsNotSent_AndNotAcknowledgedForTheClient()
    {
        Open(after: 4);

        Offer(At(5), Contents.Of(expiresUnixMs: 1_000));
        Offer(At(6), Contents.Of(expiresUnixMs: 1_001));

        Assert.Equal([6ul], _wire.Seqs);
        Assert.Equal(At(4), _flow.Acknowledged);
    }

    [Fact]
    public void Suspended_SendsNothingUntilItIsOpenedAgain_AndTakesAcknowledgements()
    {
        Open(after: 0, covered: 2, head: 2, 1, 2);
        _flow.Suspend();

        Assert.Equal(FlowNeeds.None, Offer(3));
        Assert.Equal(AckVerdict.Taken, Acknowledge(1, out _));
        var needs = Open(after: 1, covered: 3, head: 3, 2, 3);

        Assert.Equal([1ul, 2, 3], _wire.Seqs);
        Assert.Equal(FlowNeeds.None, needs);
        Assert.Equal(2, _flow.InFlight);
    }

    [Fact]
    public void OpenedAgain_ByARegisterThatForgot_TellsTheCursorAndRepeatsNothing()
    {
        Open(after: 0, covered: 2, head: 2, 1, 2);
        Acknowledge(2, out _);

        var needs = Open(after: 0, covered: 2, head: 2, 1, 2);

        Assert.Equal(FlowNeeds.TellCursor, needs);
        Assert.Equal([1ul, 2], _wire.Seqs);
    }

    [Fact]
    public void OpenedAgain_BehindWhatIsInFlight_FreesTheWindow()
    {
        Open(after: 0, covered: 5, head: 5, 1, 2, 3, 4, 5);
        Assert.True(_flow.IsBehind);

        Open(after: 4, covered: 5, head: 5, 5);

        Assert.Equal([1ul, 2, 3, 4, 5], _wire.Seqs);
        Assert.False(_flow.IsBehind);
        Assert.Equal(1, _flow.InFlight);
    }

    [Fact]
    public void Reordered_IsBounded_AndTheRestIsRead()
    {
        Open(after: 0);
        foreach (var seq in (ulong[])[5, 3, 4, 6, 2])
        {
            Offer(seq);
        }

        // Three fit; what was left out is read.
        var needs = Offer(1);

        Assert.Equal([1ul], _wire.Seqs);
        Assert.Equal(FlowNeeds.WatchAck, needs);
        Assert.True(_flow.Look().HasFlag(FlowNeeds.Read));
        Take(after: 1, covered: 6, head: 6, 2, 3, 4, 5, 6);
        Assert.Equal([1ul, 2, 3, 4], _wire.Seqs);
    }

    [Fact]
    public void Closed_StopsTheFlow()
    {
        Open(after: 4);
        _wire.Outcome = SendOutcome.Closed;

        Assert.Equal(FlowNeeds.None, Offer(5));
        Assert.Equal(FlowNeeds.None, _flow.Hint(At(9)));
        Assert.Equal(At(4), _flow.Sent);
    }

    [Fact]
    public void End_TellsHowManyWereInFlight()
    {
        Open(after: 0, covered: 2, head: 2, 1, 2);

        Assert.Equal(2, _flow.End());
        Assert.Equal((0, 0L), (_flow.InFlight, _flow.OldestMs));
    }

    private static LogPosition At(ulong seq) => seq == 0 ? LogPosition.Start : new LogPosition(Epoch, seq);

    private static LogPage Page(ulong after, ulong covered, ulong head, ulong[] seqs) =>
        new([.. seqs.Select(static seq => new PageEntry(At(seq), Contents.Of()))], At(after), At(covered), At(head));

    private FlowNeeds Open(ulong after) => Open(LogPage.Empty(At(after), At(after)));

    private FlowNeeds Open(ulong after, ulong covered, ulong head, params ulong[] seqs) => Open(Page(after, covered, head, seqs));

    private FlowNeeds Open(LogPage page)
    {
        var sink = new ListSink(_wire);
        return _flow.Open(page, ref sink);
    }

    private FlowNeeds Take(ulong after, ulong covered, ulong head, params ulong[] seqs) => Take(Page(after, covered, head, seqs));

    private FlowNeeds Take(LogPage page)
    {
        var sink = new ListSink(_wire);
        return _flow.Take(page, ref sink);
    }

    private FlowNeeds Offer(ulong seq) => Offer(At(seq));

    private FlowNeeds Offer(LogPosition position) => Offer(position, Contents.Of());

    private FlowNeeds Offer(LogPosition position, KeptContent content)
    {
        var sink = new ListSink(_wire);
        return _flow.Offer(position, content, ref sink);
    }

    private AckVerdict Acknowledge(ulong seq, out FlowNeeds needs) => _flow.Acknowledge(At(seq), _wire.Limits, out needs);
}
