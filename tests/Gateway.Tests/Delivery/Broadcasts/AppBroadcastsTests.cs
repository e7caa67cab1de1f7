using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery;
using Microservices.Gateway.Delivery.Broadcasts;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;

namespace Microservices.Gateway.Tests.Delivery.Broadcasts;

public class AppBroadcastsTests
{
    private static readonly RecipientForm Plain = new(ProtocolVersion.Current, Framing.Raw, IsChatClient: false, IsBound: false);

    private readonly AppBroadcasts _broadcasts = new();
    private int _created;

    [Fact]
    public void Batches_LeaveOneAfterTheOther_AndNumbersGoOn()
    {
        Assert.True(Add());
        Assert.False(Add());
        var first = _broadcasts.TryLeave();
        Assert.False(Add());
        Assert.Null(_broadcasts.TryLeave());
        Assert.Equal((2, 2L, 3L), (first!.Count, first.End, _broadcasts.End));

        Assert.True(_broadcasts.Left());
        var second = _broadcasts.TryLeave();
        Assert.Equal((1, 3L), (second!.Count, second.End));
        Assert.True(_broadcasts.IsPending);
        Assert.False(_broadcasts.Left());
        Assert.False(_broadcasts.IsPending);
        Assert.Null(_broadcasts.TryLeave());
    }

    [Fact]
    public void BatchThatLeft_IsUsedAgain_UnlessItIsStillRead()
    {
        Add();
        _broadcasts.TryLeave();
        _broadcasts.Left();
        Add();
        Assert.Equal(1, _created);
        var (leaving, open) = _broadcasts.BeginRead();
        Assert.Null(leaving);
        var view = open!.View(Plain);
        var frame = view.Framed.Of(1).ToArray();

        _broadcasts.TryLeave();
        _broadcasts.Left();
        Add(size: 900);

        Assert.Equal(2, _created);
        Assert.Equal(frame, view.Framed.Of(1).ToArray());
        _broadcasts.EndRead();
    }

    [Fact]
    public async Task FullBatch_TakesMoreWhenItHasBegunToLeave()
    {
        while (_broadcasts.Add("", Delivery(10_000), Create, out _) is null)
        {
        }

        Assert.InRange(_broadcasts.End, 6, BroadcastBatch.MaxBytes / 10_000);
        var room = _broadcasts.Add("", Delivery(10_000), Create, out var isDue);
        Assert.False(isDue);
        Assert.False(room!.IsCompleted);
        _broadcasts.TryLeave();
        await room;
        Assert.Null(_broadcasts.Add("", Delivery(10_000), Create, out _));
    }

    [Fact]
    public void OneLargerThanABatch_GoesAlone()
    {
        Assert.True(Add(2 * BroadcastBatch.MaxBytes));
        Assert.NotNull(_broadcasts.Add("", Delivery(1), Create, out _));
        Assert.Equal(1, _broadcasts.TryLeave()!.Count);
    }

    [Fact]
    public void View_GrowsWithTheBatch_AndWhatWasTakenStays()
    {
        var batch = new BroadcastBatch((int)Frame.DefaultMaxBytes);
        batch.Begin(5);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(batch.TryAdd($"{i}", Delivery(i)));
            var view = batch.View(Plain);
            Assert.Equal((5L, 6L + i), (view.Framed.First, view.Framed.End));
            var last = view.Framed.Of(5 + i);
            Assert.Equal(FrameHeader.Read(last).Length, (uint)last.Length);
            Assert.True(view.Framed.From(5 + i).SequenceEqual(last));
            Assert.Equal(view.Framed.From(5).Length, view.Framed.From(0).Length);
        }
    }

    [Fact]
    public void Forms_MoreThanAreKept_AreStillRight()
    {
        var batch = new BroadcastBatch((int)Frame.DefaultMaxBytes);
        batch.Begin(0);
        batch.TryAdd("id", Delivery(3));
        for (var version = 100u; version < 100 + (3 * EncodedFrames.MaxForms); version++)
        {
            var view = batch.View(Plain with { Version = version });
            Assert.Equal(version, FrameHeader.Read(view.Framed.Of(0)).Version);
            Assert.Equal(Framing.Text, batch.View(Plain with { Version = version, Framing = Framing.Text }).Form.Framing);
        }
    }

    private static Contracts.Bus.Delivery Delivery(int size) => new()
    {
        App = "default",
        Everybody = true,
        Audience = Audience.All,
        Push = new Push { Payload = ByteString.CopyFrom(new byte[size]) },
    };

    private bool Add(int size = 10)
    {
        Assert.Null(_broadcasts.Add("", Delivery(size), Create, out var isDue));
        return isDue;
    }

    private BroadcastBatch Create()
    {
        _created++;
        return new BroadcastBatch((int)Frame.DefaultMaxBytes);
    }
}
