using Microservices.Gateway.Delivery.Channels;

namespace Microservices.Gateway.Tests.Delivery.Channels;

public sealed partial class ChannelFlowTests
{
    [Fact]
    public void Window_Full_ForgetsWhatComes_AndReadsWhenHalfIsFree()
    {
        Open(after: 0, covered: 4, head: 4, 1, 2, 3, 4);

        Assert.Equal(FlowNeeds.Behind, Offer(5));
        Assert.Equal(FlowNeeds.None, Offer(6));
        Assert.Equal(AckVerdict.Taken, Acknowledge(1, out var needs));
        Assert.Equal(FlowNeeds.TellCursor, needs);
        Assert.Equal(AckVerdict.Taken, Acknowledge(2, out needs));
        Assert.Equal(FlowNeeds.TellCursor | FlowNeeds.Read, needs);
        Take(after: 4, covered: 6, head: 6, 5, 6);

        Assert.Equal([1ul, 2, 3, 4, 5, 6], _wire.Seqs);
    }

    [Fact]
    public void Window_IsFullOfBytes_ButOneAloneAlwaysGoes()
    {
        Open(after: 0);

        Offer(At(1), Contents.Of(5_000));
        Assert.Equal(FlowNeeds.Behind, Offer(At(2), Contents.Of(1)));

        Acknowledge(1, out var needs);
        Assert.Equal(FlowNeeds.TellCursor | FlowNeeds.Read, needs);
        Assert.Equal([1ul], _wire.Seqs);
    }

    [Fact]
    public void Page_LargerThanTheWindow_IsSentAsFarAsItGoes()
    {
        var needs = Open(after: 0, covered: 6, head: 6, 1, 2, 3, 4, 5, 6);

        Assert.Equal([1ul, 2, 3, 4], _wire.Seqs);
        Assert.Equal(FlowNeeds.WatchAck | FlowNeeds.Behind, needs);
        Assert.Equal(At(4), _flow.Sent);
        Acknowledge(4, out needs);
        Assert.Equal(FlowNeeds.TellCursor | FlowNeeds.Read, needs);
    }

    [Theory]
    [InlineData(5, nameof(AckVerdict.Taken))]
    [InlineData(6, nameof(AckVerdict.Taken))]
    [InlineData(7, nameof(AckVerdict.NeverSent))]
    [InlineData(4, nameof(AckVerdict.Old))]
    [InlineData(0, nameof(AckVerdict.Old))]
    public void Acknowledge_IsJudgedByWhatWasSent(ulong seq, string expected)
    {
        Open(after: 4, covered: 6, head: 6, 5, 6);

        Assert.Equal(expected, Acknowledge(seq, out _).ToString());
    }

    [Fact]
    public void Acknowledge_BeforeItIsOpen_IsOfAPositionThatWasNeverSent()
    {
        Assert.Equal(AckVerdict.NeverSent, Acknowledge(1, out _));
    }

    [Fact]
    public void Acknowledge_OfAnotherEpoch_IsJudgedByTheEpochFirst()
    {
        Open(after: 4, covered: 6, head: 6, 5, 6);

        Assert.Equal(AckVerdict.NeverSent, _flow.Acknowledge(new LogPosition(Epoch + 1, 1), _wire.Limits, out _));
        Assert.Equal(AckVerdict.Old, _flow.Acknowledge(new LogPosition(Epoch - 1, 99), _wire.Limits, out _));
    }

    [Fact]
    public void Oldest_IsTheFirstThatIsNotAcknowledged()
    {
        Open(after: 0);
        _wire.NowMs = 100;
        Offer(1);
        _wire.NowMs = 200;
        Offer(2);

        Assert.Equal(100, _flow.OldestMs);
        Acknowledge(1, out _);
        Assert.Equal(200, _flow.OldestMs);
        _flow.PutOffAcks(byMs: 30, nowMs: 300);
        Assert.Equal(230, _flow.OldestMs);
        _flow.PutOffAcks(uint.MaxValue, nowMs: 300);
        Assert.Equal(300, _flow.OldestMs);
        Acknowledge(2, out _);
        Assert.Equal(0, _flow.OldestMs);
    }

    [Fact]
    public void Oldest_IsKnown_AlsoAtTheBeginningOfTheClock()
    {
        _wire.NowMs = 0;
        Open(after: 0);

        Offer(1);

        Assert.Equal(1, _flow.OldestMs);
    }

    [Fact]
    public void Written_IsAcknowledged_ForAClientThatDoesNot()
    {
        _wire = new Wire { Acknowledges = false };
        Open(after: 4);

        Assert.Equal(FlowNeeds.TellCursor, Offer(5));

        Assert.Equal((At(5), At(5), 0), (_flow.Sent, _flow.Acknowledged, _flow.InFlight));
    }

    [Fact]
    public void Written_AndWaitingForTheClient_HoldsTheNextPageBack()
    {
        _wire = new Wire { Acknowledges = false, HasBacklog = true };

        var needs = Open(after: 0, covered: 2, head: 9, 1, 2);
        Assert.Equal(FlowNeeds.TellCursor | FlowNeeds.WatchDrain | FlowNeeds.Behind, needs);
        Assert.True(_flow.AwaitsDrain);
        Assert.Equal(FlowNeeds.None, Offer(10));

        _wire.HasBacklog = false;
        Assert.Equal(FlowNeeds.Read, _flow.Drained());
    }

    [Fact]
    public void Full_Outbox_IsReadAgainWhenItHasDrained()
    {
        Open(after: 4);
        _wire.Outcome = SendOutcome.Full;

        Assert.Equal(FlowNeeds.Behind | FlowNeeds.WatchDrain, Offer(5));
        Assert.Equal(FlowNeeds.None, Offer(6));
        _wire.Outcome = SendOutcome.Sent;
        Assert.Equal(FlowNeeds.Read, _flow.Drained());
        Take(after: 4, covered: 6, head: 6, 5, 6);

        Assert.Equal([5ul, 6], _wire.Seqs);
    }

    [Fact]
    public void Skipped_IsAcknowledged_WhenNothingBeforeItIsInFlight()
    {
        Open(after: 4);
        _wire.Outcome = SendOutcome.Skipped;
        Assert.Equal(FlowNeeds.TellCursor, Offer(5));
        Assert.Equal(At(5), _flow.Acknowledged);

        _wire.Outcome = SendOutcome.Sent;
        Offer(6);
        _wire.Outcome = SendOutcome.Skipped;
        Assert.Equal(FlowNeeds.None, Offer(7));

        Assert.Equal((At(7), At(5)), (_flow.Sent, _flow.Acknowledged));
    }
}
