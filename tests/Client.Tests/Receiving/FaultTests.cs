using Microservices.Client.Cursors;
using Microservices.Client.Messages;
using Microservices.Client.Receiving;
using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Tests.Receiving;

/// <summary>What goes wrong between a kept message and its acknowledgement: it is seen again, and never lost.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly FakeGateway _gateway = new();
    private readonly Handler _handler = new();
    private readonly RecordingStore _store = new();

    public void Dispose() => _gateway.Dispose();

    [Fact]
    public async Task Handler_Throws_StopsTheClientAndTheMessageIsNotAcknowledged()
    {
        _handler.Faults[2] = 1;
        await using var client = Create();
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(1), Kept.Push(2), Kept.Push(3));
        var fault = await Assert.ThrowsAsync<PushClientException>(() => client.Client.Completion.WaitAsync(FakeConnection.Deadline));

        Assert.Equal((Code.InternalError, "A handler threw: mine, at 2"), (fault.Code, fault.Message));
        Assert.IsType<InvalidOperationException>(fault.InnerException);
        Assert.Equal((ClientPhase.Stopped, Code.InternalError), (client.Client.State.Phase, client.Client.State.Code));
        Assert.Equal([1ul], _handler.Seqs);
        Assert.Equal(new MessagePosition(1, 1), _store[ChannelNames.Inbox]);
        await Kept.ReadAckAsync(connection, 1);
        await connection.ReadAsync<Goodbye>(Command.Goodbye);
    }

    [Fact]
    public async Task Handler_ThrowsAndIsTriedAgain_KeepsTheOrder()
    {
        var faults = new List<string>();
        _handler.Faults[1] = 3;
        await using var client = Create(FaultAction.Retry);
        client.Client.HandlerFailed += fault => faults.Add(fault.Message);
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(1), Kept.Push(2));
        await Kept.ReadAckAsync(connection, 2);

        Assert.Equal([1ul, 2], _handler.Seqs);
        Assert.Equal(Enumerable.Repeat("mine, at 1", 3), faults);
        Assert.Equal(3, client.Client.Received.Faults);
    }

    [Fact]
    public async Task Kill_BetweenHandlerAndSave_ShowsARepeat()
    {
        _store.Hangs = true;
        var killed = Create(closeTimeout: TimeSpan.FromMilliseconds(1));
        using var first = await AcceptAsync(killed);
        await Kept.SendAsync(first, Kept.Push(1));
        await killed.Until(() => _store.Asked == 1, "the save");
        await Kept.SaysNothingAsync(first, killed.Client);
        await killed.DisposeAsync();

        _store.Hangs = false;
        await using var client = Create();
        using var connection = await AcceptAsync(client);
        await Kept.SendAsync(connection, Kept.Push(1));
        await Kept.ReadAckAsync(connection, 1);

        Assert.Equal([1ul, 1], _handler.Seqs);
    }

    [Fact]
    public async Task Kill_BetweenSaveAndAck_ShowsNoRepeat()
    {
        _store.Set(ChannelNames.Inbox, new MessagePosition(1, 1));
        await using var client = Create();
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(1), Kept.Push(2));
        await Kept.ReadAckAsync(connection, 2);

        Assert.Equal([2ul], _handler.Seqs);
        Assert.Equal(1, client.Client.Received.Repeats);
    }

    [Fact]
    public async Task Store_FailsToSave_NothingIsAcknowledgedAndTheClientStops()
    {
        _store.Fails = true;
        await using var client = Create();
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(1));
        var fault = await Assert.ThrowsAsync<PushClientException>(() => client.Client.Completion.WaitAsync(FakeConnection.Deadline));

        Assert.Equal("The cursor store failed: the disk is full", fault.Message);
        await connection.ReadAsync<Goodbye>(Command.Goodbye);
    }

    [Fact]
    public async Task Store_FailsForAWhile_IsTriedAgain()
    {
        _store.Fails = true;
        _store.FailsToLoad = true;
        await using var client = Create(FaultAction.Retry);
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, Kept.Push(1));
        await client.Until(() => client.Client.Received.Faults >= 2, "the faults of loading");
        Assert.Empty(_handler.Begun);
        _store.FailsToLoad = false;
        await client.Until(() => _store.Asked >= 2, "the faults of saving");
        await Kept.SaysNothingAsync(connection, client.Client);
        _store.Fails = false;

        await Kept.ReadAckAsync(connection, 1);
        Assert.Equal([1ul], _handler.Seqs);
    }

    [Fact]
    public async Task CloseAsync_AcknowledgesWhatWasHandledAndNothingElse()
    {
        _handler.Hold();
        await using var client = Create();
        using var connection = await AcceptAsync(client);
        await Kept.SendAsync(connection, Kept.Push(1), Kept.Push(2), Kept.Push(3));
        _handler.Permit();
        await _handler.UntilBegunAsync(2);

        var closing = client.Client.CloseAsync();
        await Kept.ReadAckAsync(connection, 1);
        await connection.ReadAsync<Goodbye>(Command.Goodbye);
        connection.Dispose();
        await closing.WaitAsync(FakeConnection.Deadline);

        Assert.Equal(ClientPhase.Stopped, client.Client.State.Phase);
        Assert.Equal([1ul], _handler.Seqs);
        Assert.Equal(2, _handler.Begun.Count);
        Assert.Equal(new MessagePosition(1, 1), _store[ChannelNames.Inbox]);
    }

    [Fact]
    public async Task Queue_Full_DropsWhatNobodyAcknowledges()
    {
        _handler.Hold();
        await using var client = Create(receive: new ReceiveOptions { Cursors = _store, MaxQueuedMessages = 2 });
        using var connection = await AcceptAsync(client);

        await Kept.SendAsync(connection, [.. Enumerable.Range(0, 5).Select(i => new PushDelivery { Id = $"{i}" })]);
        await client.Until(() => client.Client.Received.Dropped == 3, "the drops");
        await Kept.SendAsync(connection, Kept.Push(1));
        _handler.Permit(10);

        await Kept.ReadAckAsync(connection, 1);
        Assert.Equal(["0", "1", "inbox-1-1"], _handler.Handled.Select(push => push.Id));
    }

    [Fact]
    public async Task Queue_FullOfKeptMessages_EndsTheConnectionAndLosesNone()
    {
        _handler.Hold();
        await using var client = Create(receive: new ReceiveOptions { Cursors = _store, MaxQueuedBytes = 600 });
        using var first = await AcceptAsync(client);

        await Kept.SendAsync(first, Kept.Push(1), Kept.Push(2), Kept.Push(3));
        using var second = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        Assert.Contains(client.States, state => state.Code == Code.SlowConsumer);
        _handler.Permit(10);
        await _handler.UntilHandledAsync(2);
        await Kept.SendAsync(second, Kept.Push(1), Kept.Push(2));
        await Kept.ReadAckAsync(second, 2);
        await Kept.SendAsync(second, Kept.Push(3));
        await Kept.ReadAckAsync(second, 3);

        Assert.Equal([1ul, 2, 3], _handler.Seqs);
    }

    [Fact]
    public async Task Server_NamesTooManyChannels_IsLeft()
    {
        await using var client = Create();
        using var first = await AcceptAsync(client);

        await Kept.SendAsync(first, [.. Enumerable.Range(0, 1_001).Select(i => Kept.Push(1, channel: $"c{i}"))]);
        using var second = await _gateway.AcceptAsync();

        Assert.Contains(client.States, state => state.Message.Contains("More than 1000 channels", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(ReceiveOptions.MaxQueuedMessages))]
    [InlineData(nameof(ReceiveOptions.MaxQueuedBytes))]
    [InlineData(nameof(ReceiveOptions.RetryDelay))]
    [InlineData(nameof(ReceiveOptions.MaxRetryDelay))]
    [InlineData(nameof(ReceiveOptions.AcknowledgeWithin))]
    [InlineData(nameof(ReceiveOptions.Acknowledge))]
    [InlineData(nameof(ReceiveOptions.OnFault))]
    [InlineData(nameof(ReceiveOptions.Cursors))]
    public void Options_Bad_AreNamed(string name)
    {
        var receive = new ReceiveOptions
        {
            MaxQueuedMessages = name == nameof(ReceiveOptions.MaxQueuedMessages) ? 0 : 1,
            MaxQueuedBytes = name == nameof(ReceiveOptions.MaxQueuedBytes) ? 0 : 1,
            RetryDelay = TimeSpan.FromSeconds(name == nameof(ReceiveOptions.RetryDelay) ? 0 : 1),
            MaxRetryDelay = TimeSpan.FromSeconds(name == nameof(ReceiveOptions.MaxRetryDelay) ? 0 : 1),
            AcknowledgeWithin = TimeSpan.FromSeconds(name == nameof(ReceiveOptions.AcknowledgeWithin) ? 0 : 1),
            Acknowledge = name == nameof(ReceiveOptions.Acknowledge) ? (AcknowledgeMode)7 : AcknowledgeMode.WhenSent,
            OnFault = name == nameof(ReceiveOptions.OnFault) ? (FaultAction)7 : FaultAction.Retry,
            Cursors = name == nameof(ReceiveOptions.Cursors) ? null! : new MemoryCursorStore(),
        };

        var fault = Assert.Throws<ArgumentException>(() => Create(receive: receive));

        Assert.Equal(name, fault.ParamName);
    }

    private Watched Create(FaultAction onFault = FaultAction.Stop, TimeSpan? closeTimeout = null, ReceiveOptions? receive = null) => new(new PushClientOptions
    {
        User = "ann",
        Token = "t1",
        Endpoints = [_gateway.Endpoint],
        Reconnect = Watched.Quick,
        OnPush = _handler.HandleAsync,
        CloseTimeout = closeTimeout ?? TimeSpan.FromSeconds(2),
        Receive = receive ?? new ReceiveOptions
        {
            Cursors = _store,
            OnFault = onFault,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            MaxRetryDelay = TimeSpan.FromMilliseconds(5),
        },
    });

    private async Task<FakeConnection> AcceptAsync(Watched client)
    {
        client.Client.Start();
        var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await client.Until(ClientPhase.Verified);
        return connection;
    }
}
