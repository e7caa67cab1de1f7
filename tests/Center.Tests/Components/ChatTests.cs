using Microservices.Contracts.Bus;
using Microservices.Bus;
using Microservices.Center.Tests.Support;
using Microservices.Testing;

namespace Microservices.Center.Tests.Components;

public sealed class ChatTests : IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Chat_ToOnlineAndOfflineUsers_ReachesRoomsAndTellsTheSender()
    {
        var first = await _world.OpenRoomAsync("room-1");
        var second = await _world.OpenRoomAsync("room-2");
        var ann = await first.LoginAsync("ann");
        var bob = await second.LoginAsync("bob", chatClient: true);

        await first.ChatAsync("ann", ann, 1, 2, "hello", "bob");
        await first.ChatAsync("ann", ann, 2, 3, "anybody?", "bob", "off");
        await first.ChatAsync("ann", ann, 3, 4, "to all");

        await Eventually.HoldsAsync(() => second.Messages.Count >= 3 && first.Messages.Count >= 2, "all came");
        Assert.Equal(["hello", "anybody?", "to all"], second.Messages.Select(message => message.Delivery.Chat.ChatContent));
        Assert.Equal([Audience.One, Audience.Several, Audience.All], second.Messages.Select(message => message.Delivery.Audience));
        Assert.Equal([bob], second.Messages[0].Delivery.Recipients);
        var notice = first.Messages[0].Notice;
        Assert.Equal(
            (ann, 3u, "ann-2", 4507u, "Not delivered to 1 of 2 recipients, who are offline: off."),
            (notice.Session, notice.Command, notice.RequestId, notice.Code, notice.Message));
        Assert.Equal(ann, first.Messages[1].Delivery.Except);
    }

    [Fact]
    public async Task Chat_PolicyChangedByTheApi_HoldsFromThen()
    {
        var room = await _world.OpenRoomAsync("room-1");
        var ann = await room.LoginAsync("ann");
        await _world.Client.PutAppAsync(new Contracts.Center.PutAppRequest { App = new Contracts.Center.AppDescription { Name = "default", ChatUsers = false } });

        await room.ChatAsync("ann", ann, 1, 2, "hello", "ann");

        await Eventually.HoldsAsync(() => room.Messages.Count > 0, "the notice came");
        var notice = Assert.Single(room.Messages).Notice;
        Assert.Equal((4505u, "App 'default' does not allow chat to users."), (notice.Code, notice.Message));
    }

    [Fact]
    public async Task Chat_AppKeepsIt_WaitsForWhoIsOfflineAndTellsNobody()
    {
        await _world.Client.PutAppAsync(new Contracts.Center.PutAppRequest
        {
            App = new Contracts.Center.AppDescription { Name = "default", ChatUsers = true, KeepChat = true, InboxMaxMessages = 2 },
        });
        var room = await _world.OpenRoomAsync("room-1");
        var ann = await room.LoginAsync("ann");
        await room.LoginAsync("bob");

        await room.ChatAsync("ann", ann, 1, 2, "first", "off");
        await room.ChatAsync("ann", ann, 2, 3, "second", "off", "bob");
        await room.ChatAsync("ann", ann, 3, 2, "third", "off");

        await Eventually.HoldsAsync(() => room.Messages.Any(message => message.Notice is not null), "the third was refused");
        Assert.Equal(2, room.Messages.Count);
        var delivery = room.Messages[0].Delivery;
        Assert.Equal(("second", 1ul), (delivery.Chat.ChatContent, Assert.Single(delivery.Positions).Seq));
        Assert.Equal(
            (4520u, "ann-3", "Not kept for 1 of 1 recipients: off. The inbox has 2 messages; that is the limit of app default (inbox_max_messages)."),
            (room.Messages[1].Notice.Code, room.Messages[1].Notice.RequestId, room.Messages[1].Notice.Message));
        var waiting = (await room.OpenChannelsAsync("off")).Inbox.Entries;
        Assert.Equal(["first", "second"], waiting.Select(entry => entry.Message.Chat.ChatContent));
    }

    [Fact]
    public async Task Chat_ManySendersTwoCentersOneStoppedMidway_KeepsEachSendersOrderAndLosesNothing()
    {
        await _world.StartCenterAsync();
        var load = await NewLoadAsync(senders: 20, messagesEach: 300);

        var sending = load.SendAsync();
        await Eventually.HoldsAsync(() => load.Came > load.Expected / 10, "it has begun");
        await _world.Center.StopAsync();
        await sending;

        await load.CheckAsync();
    }

    [Fact]
    public async Task Chat_BusRefusesNowAndThen_KeepsEachSendersOrderAndLosesNothing()
    {
        var publishes = 0;
        _world.Bus.Fault = (_, _) => Interlocked.Increment(ref publishes) % 97 == 0 ? PublishOutcome.Unavailable : null;
        var load = await NewLoadAsync(senders: 10, messagesEach: 60);

        await load.SendAsync();

        await load.CheckAsync();
    }

    [Fact]
    public async Task Chat_RegisterAwayForAWhile_IsDeliveredLater()
    {
        var room = await _world.OpenRoomAsync("room-1");
        var ann = await room.LoginAsync("ann");
        var port = _world.Register.Address.Port;
        await _world.Register.DisposeAsync();

        await room.ChatAsync("ann", ann, 1, 2, "hello", "bob");
        await Eventually.HoldsAsync(async () => System.Text.RegularExpressions.Regex.IsMatch(await _world.Center.MetricsAsync(), "center_chat_retries_total [1-9]"), "the center tries again");
        await using var register = await RunningRegister.StartAsync(_world.Bus, port);

        // Its memory is empty: nobody is online there, and the sender is told.
        await Eventually.HoldsAsync(() => room.Messages.Count > 0, "the notice came");
        Assert.Equal(4507u, Assert.Single(room.Messages).Notice.Code);
    }

    private async Task<ChatLoad> NewLoadAsync(int senders, int messagesEach)
    {
        var load = new ChatLoad(await _world.OpenRoomAsync("room-1"), await _world.OpenRoomAsync("room-2"), senders, messagesEach);
        await load.LoginAsync();
        return load;
    }
}
