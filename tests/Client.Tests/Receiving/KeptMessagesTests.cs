using Microservices.Client.Messages;
using Microservices.Client.Receiving;
using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Tests.Receiving;

/// <summary>Kept messages: handed over in order, acknowledged after that, repeats removed.</summary>
public sealed class KeptMessagesTests : IDisposable
{
    private readonly FakeGateway _gateway = new();
    private readonly Handler _handler = new();
    private readonly RecordingStore _store = new();

    public void Dispose() => _gateway.Dispose();

    [Fact]
    public async Task Push_Kept_IsAcknowledgedAfterTheHandlerAndNotBefore()
    {
        _handler.Hold();
        await using var client = Create();
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(1));
        await _handler.UntilBegunAsync(1);
        await Kept.SaysNothingAsync(connection, client.Client);
        _handler.Permit();

        await Kept.ReadAckAsync(connection, 1);
        var push = Assert.Single(_handler.Handled);
        Assert.Equal((ChannelNames.Inbox, new MessagePosition(1, 1), false, 1L), (push.Channel, push.Position, push.IsNotify, push.Size));
        Assert.Equal(new MessagePosition(1, 1), _store[ChannelNames.Inbox]);
    }

    [Fact]
    public async Task Handler_ThatTakesLong_DoesNotStopHeartbeats()
    {
        _handler.Hold();
        await using var client = Create();
        client.Client.Start();
        using var connection = await _gateway.AcceptVerifiedAsync(heartbeatMs: 100, acknowledges: true);

        await Kept.SendAsync(connection, Kept.Push(1), Kept.Push(2));
        await _handler.UntilBegunAsync(1);
        for (var beats = 0; beats < 3; beats++)
        {
            await connection.ReadAsync<Heartbeat>(Command.Heartbeat);
        }

        Assert.Single(_handler.Begun);
        _handler.Permit(2);
        await _handler.UntilHandledAsync(2);
    }

    [Fact]
    public async Task Messages_OfEveryKind_AreHandedOverInTheOrderOfArrival()
    {
        var order = new List<string>();
        await using var client = Create(new ReceiveOptions { Cursors = _store });
        client.Client.ChatReceived += chat => order.Add($"chat {chat.Text} {chat.Position}");
        client.Client.PushReceived += push => order.Add($"push {push.Id} {push.Position}");
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(1), new PushDelivery { Id = "plain" }, Kept.Push(1, channel: ChannelNames.All));
        await connection.SendAsync(Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "hi", Id = "c", Channel = ChannelNames.Inbox, Epoch = 1, Seq = 2 });
        await connection.SendAsync(Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "last" });
        await client.Until(() => client.Chats.Count == 2, "both chats");

        Assert.Equal(["push inbox-1-1 1-1", "push plain ", "push all-1-1 1-1", "chat hi 1-2", "chat last "], order);
        await client.Until(() => _store[ChannelNames.Inbox] == new MessagePosition(1, 2) && _store[ChannelNames.All] == new MessagePosition(1, 1), "both cursors");
    }

    [Fact]
    public async Task Acks_UnderLoad_AreFewerThanMessagesAndNeverAheadOfTheStore()
    {
        await using var client = Create();
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, [.. Enumerable.Range(1, 500).Select(seq => Kept.Push((ulong)seq))]);
        for (var acknowledged = 0ul; acknowledged < 500;)
        {
            var position = Assert.Single((await connection.ReadAsync<Ack>(Command.Ack)).Positions);
            Assert.True(position.Seq > acknowledged);
            Assert.True(_store[ChannelNames.Inbox]!.Value.Seq >= position.Seq, "acknowledged before it was saved");
            acknowledged = position.Seq;
        }

        Assert.Equal(Enumerable.Range(1, 500).Select(seq => (ulong)seq), _handler.Seqs);
        Assert.InRange(_store.Saves, 1, 499);
        Assert.Equal(new ReceivedCounts(500, 0, 0, 0), client.Client.Received);
    }

    [Fact]
    public async Task Repeats_AfterAReconnect_AreRemovedCountedAndAcknowledgedAgain()
    {
        await using var client = Create();
        using (var first = await AcceptAsync(client))
        {
            await Kept.SendAsync(first, Kept.Push(1), Kept.Push(2));
            await Kept.ReadAckAsync(first, 2);
        }

        using var second = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await Kept.SendAsync(second, Kept.Push(1));
        await Kept.ReadAckAsync(second, 1);
        await Kept.SendAsync(second, Kept.Push(2), Kept.Push(3));
        await Kept.ReadAckAsync(second, 3);

        Assert.Equal([1ul, 2, 3], _handler.Seqs);
        Assert.Equal((3, 2), (client.Client.Received.Handled, client.Client.Received.Repeats));
    }

    [Fact]
    public async Task Repeat_OfAMessageThatIsBeingHandled_IsAcknowledgedOnTheNewConnection()
    {
        _handler.Hold();
        await using var client = Create();
        using (var first = await AcceptAsync(client))
        {
            await Kept.SendAsync(first, Kept.Push(1), Kept.Push(2));
            await _handler.UntilBegunAsync(1);
        }

        using var second = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await Kept.SendAsync(second, Kept.Push(1), Kept.Push(2));
        await client.Until(() => client.Client.Received.Repeats == 2, "the repeats");
        _handler.Permit(2);

        await Kept.ReadAckAsync(second, 2);
        Assert.Equal([1ul, 2], _handler.Seqs);
    }

    [Fact]
    public async Task Ack_OfWhatCameOnAnEarlierConnection_IsNotSentOnTheNext()
    {
        _handler.Hold();
        await using var client = Create();
        using (var first = await AcceptAsync(client))
        {
            await Kept.SendAsync(first, Kept.Push(1));
            await _handler.UntilBegunAsync(1);
        }

        using var second = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await client.Until(() => client.States.Count(state => state.Phase == ClientPhase.Verified) == 2, "the second login");
        _handler.Permit();
        await client.Until(() => _store.Saves == 1, "the cursor");

        await Kept.SaysNothingAsync(second, client.Client);
    }

    [Fact]
    public async Task Epoch_Risen_IsToldBeforeTheMessageWhichIsNotTakenForARepeat()
    {
        var order = new List<object>();
        _store.Set(ChannelNames.Inbox, new MessagePosition(5, 100));
        await using var client = Create();
        client.Client.LogRestarted += order.Add;
        client.Client.PushReceived += order.Add;
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(3, epoch: 7), Kept.Push(101, epoch: 5), Kept.Push(4, epoch: 7));
        await Kept.ReadAckAsync(connection, 4, epoch: 7);

        var restart = Assert.IsType<LogRestart>(order[0]);
        Assert.Equal(new LogRestart(ChannelNames.Inbox, new MessagePosition(5, 100), new MessagePosition(7, 3)), restart);
        Assert.Equal(["inbox-7-3", "inbox-7-4"], order.Skip(1).Cast<PushMessage>().Select(push => push.Id));
        Assert.Equal(1, client.Client.Received.Repeats);
    }

    [Fact]
    public async Task FirstEpoch_WithoutACursor_IsNoRestart()
    {
        var restarts = 0;
        await using var client = Create();
        client.Client.LogRestarted += _ => restarts++;
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(1, epoch: 9));
        await Kept.ReadAckAsync(connection, 1, epoch: 9);

        Assert.Equal(0, restarts);
    }

    [Theory]
    [InlineData(AcknowledgeMode.WhenSent)]
    [InlineData(AcknowledgeMode.AfterHandler)]
    public async Task Ack_NotAskedForOrNotGranted_IsNotSentAndRepeatsAreRemovedAllTheSame(AcknowledgeMode mode)
    {
        await using var client = Create(new ReceiveOptions { Cursors = _store, Acknowledge = mode });
        client.Client.Start();
        using var connection = await _gateway.AcceptAsync();
        var verify = await connection.ReadVerifyAsync();
        await connection.AnswerVerifyAsync(acknowledges: false);
        await client.Until(ClientPhase.Verified);

        await Kept.SendAsync(connection, Kept.Push(1), Kept.Push(1), Kept.Push(2));
        await client.Until(() => _store[ChannelNames.Inbox] == new MessagePosition(1, 2), "the cursor");

        Assert.Equal(mode == AcknowledgeMode.AfterHandler, verify.Features.Contains(Features.Ack));
        Assert.Equal([1ul, 2], _handler.Seqs);
        await Kept.SaysNothingAsync(connection, client.Client);
    }

    private Watched Create(ReceiveOptions? receive = null) => new(new PushClientOptions
    {
        User = "ann",
        Token = "t1",
        Endpoints = [_gateway.Endpoint],
        Reconnect = Watched.Quick,
        OnPush = _handler.HandleAsync,
        Receive = receive ?? new ReceiveOptions { Cursors = _store },
    });

    private async Task<FakeConnection> AcceptAsync(Watched client)
    {
        client.Client.Start();
        var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await client.Until(ClientPhase.Verified);
        return connection;
    }
}
