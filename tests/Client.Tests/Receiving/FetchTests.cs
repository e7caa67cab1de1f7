using Microservices.Client.Messages;
using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Tests.Receiving;

public sealed class FetchTests : IDisposable
{
    private readonly FakeGateway _gateway = new();

    public void Dispose() => _gateway.Dispose();

    [Fact]
    public async Task FetchAsync_Page_IsWhatTheServerSays()
    {
        await using var client = new Watched(_gateway.Endpoint);
        using var connection = await AcceptAsync(client);

        var fetching = client.Client.FetchAsync(ChannelNames.All, new MessagePosition(1, 5), limit: 2);
        var fetch = await connection.ReadAsync<Fetch>(Command.Fetch);
        await connection.SendAsync(Command.Page, new Page { Id = "another" });
        await connection.SendAsync(Command.Page, PageOf(fetch, 9, more: true, Kept.Push(6, channel: ChannelNames.All), Kept.Push(7, channel: ChannelNames.All)));
        var page = await fetching.WaitAsync(FakeConnection.Deadline);

        Assert.Equal((ChannelNames.All, 1ul, 5ul, 2u), (fetch.Channel, fetch.Epoch, fetch.Seq, fetch.Limit));
        Assert.Equal((ChannelNames.All, new MessagePosition(1, 9), true), (page.Channel, page.Covered, page.HasMore));
        Assert.Equal([6ul, 7], page.Messages.Select(push => push.Position!.Value.Seq));
    }

    [Fact]
    public async Task FetchAsync_InTheHandlerOfANotification_BringsThePayloadAndThenAcknowledges()
    {
        PushClient? self = null;
        var texts = new List<string?>();
        await using var client = new Watched(new PushClientOptions
        {
            User = "ann",
            Token = "t1",
            Endpoints = [_gateway.Endpoint],
            Reconnect = Watched.Quick,
            OnPush = async (push, cancellationToken) => texts.Add((await self!.FetchAsync(push, cancellationToken))?.Text),
        });
        self = client.Client;
        using var connection = await AcceptAsync(client);

        foreach (var seq in new ulong[] { 7, 8 })
        {
            await Kept.SendAsync(connection, new PushDelivery { Channel = ChannelNames.Inbox, Epoch = 1, Seq = seq, Notify = true, Size = 70_000 });
            var fetch = await connection.ReadAsync<Fetch>(Command.Fetch);
            Assert.Equal((ChannelNames.Inbox, 1ul, seq - 1, 1u), (fetch.Channel, fetch.Epoch, fetch.Seq, fetch.Limit));
            await connection.SendAsync(Command.Page, seq == 7 ? PageOf(fetch, 7, more: true, Kept.Push(7)) : PageOf(fetch, 9, more: false, Kept.Push(9)));
            await Kept.ReadAckAsync(connection, seq);
        }

        Assert.Equal(["7", null], texts);
        Assert.All(client.Pushes, push => Assert.Equal((true, 70_000L, 0), (push.IsNotify, push.Size, push.Payload.Length)));
    }

    [Fact]
    public async Task FetchAsync_TryLater_AsksAgain()
    {
        await using var client = new Watched(_gateway.Endpoint);
        using var connection = await AcceptAsync(client);

        var fetching = client.Client.FetchAsync(ChannelNames.Inbox, MessagePosition.Beginning);
        var first = await connection.ReadAsync<Fetch>(Command.Fetch);
        var error = Error.Of(Code.TryLater, Command.Fetch, first.Id, "The log can't be read now.");
        error.RetryAfterMs = 1;
        await connection.SendAsync(Command.Error, error);
        var second = await connection.ReadAsync<Fetch>(Command.Fetch);
        await connection.SendAsync(Command.Page, PageOf(second, 0, more: false));

        Assert.Empty((await fetching.WaitAsync(FakeConnection.Deadline)).Messages);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Empty(client.Errors);
    }

    [Theory]
    [InlineData(Code.UnknownPosition, true)]
    [InlineData(Code.UnknownChannel, true)]
    [InlineData(Code.UnknownCommand, false)]
    public async Task FetchAsync_Refused_ThrowsWithTheCode(Code code, bool hasId)
    {
        await using var client = new Watched(_gateway.Endpoint);
        using var connection = await AcceptAsync(client);

        var fetching = client.Client.FetchAsync("later", MessagePosition.Beginning);
        var fetch = await connection.ReadAsync<Fetch>(Command.Fetch);
        await connection.SendAsync(Command.Error, Error.Of(code, Command.Fetch, hasId ? fetch.Id : "", "No."));

        Assert.Equal(code, (await Assert.ThrowsAsync<PushClientException>(() => fetching.WaitAsync(FakeConnection.Deadline))).Code);
    }

    [Fact]
    public async Task FetchAsync_ConnectionBreaks_AsksOnTheNext()
    {
        await using var client = new Watched(_gateway.Endpoint);
        Task<MessagePage> fetching;
        using (var first = await AcceptAsync(client))
        {
            fetching = client.Client.FetchAsync(ChannelNames.Inbox, MessagePosition.Beginning);
            await first.ReadAsync<Fetch>(Command.Fetch);
        }

        using var second = await _gateway.AcceptVerifiedAsync();
        var fetch = await second.ReadAsync<Fetch>(Command.Fetch);
        await second.SendAsync(Command.Page, PageOf(fetch, 1, more: false, Kept.Push(1)));

        Assert.Single((await fetching.WaitAsync(FakeConnection.Deadline)).Messages);
    }

    [Fact]
    public async Task FetchAsync_Twice_IsOneAfterTheOther()
    {
        await using var client = new Watched(_gateway.Endpoint);
        using var connection = await AcceptAsync(client);

        var both = new[] { ChannelNames.Inbox, ChannelNames.All }.Select(channel => client.Client.FetchAsync(channel, MessagePosition.Beginning)).ToArray();
        for (var i = 0; i < both.Length; i++)
        {
            var fetch = await connection.ReadAsync<Fetch>(Command.Fetch);
            await Kept.SaysNothingAsync(connection, client.Client);
            await connection.SendAsync(Command.Page, PageOf(fetch, 1, more: false));
        }

        Assert.Equal([ChannelNames.Inbox, ChannelNames.All], (await Task.WhenAll(both)).Select(page => page.Channel));
    }

    [Fact]
    public async Task FetchAsync_ClientStopsOrWaitIsCancelled_Throws()
    {
        await using var client = new Watched(FakeGateway.Nobody());
        client.Client.Start();
        using var cancelled = new CancellationTokenSource();

        var first = client.Client.FetchAsync(ChannelNames.Inbox, MessagePosition.Beginning, cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = client.Client.FetchAsync(ChannelNames.Inbox, MessagePosition.Beginning);
        await client.Client.CloseAsync();

        Assert.Equal(Code.Goodbye, (await Assert.ThrowsAsync<PushClientException>(() => second.WaitAsync(FakeConnection.Deadline))).Code);
    }

    [Fact]
    public async Task FetchAsync_BadArguments_AreRefused()
    {
        await using var client = new Watched(FakeGateway.Nobody());
        var plain = new PushMessage("1", "shop", "", "", default, null);

        await Assert.ThrowsAsync<ArgumentException>(() => client.Client.FetchAsync("", default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Client.FetchAsync("inbox", default, limit: 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Client.FetchAsync("inbox", default, limit: 101));
        await Assert.ThrowsAsync<ArgumentException>(() => client.Client.FetchAsync(plain));
    }

    private static Page PageOf(Fetch fetch, ulong covered, bool more, params PushDelivery[] messages) =>
        new() { Channel = fetch.Channel, Messages = messages, Epoch = 1, Seq = covered, More = more, Id = fetch.Id };

    private async Task<FakeConnection> AcceptAsync(Watched client)
    {
        client.Client.Start();
        var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await client.Until(ClientPhase.Verified);
        return connection;
    }
}
