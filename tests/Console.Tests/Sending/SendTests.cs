using Microservices.Integration.Tests.Wire;

namespace Microservices.Console.Tests.Sending;

/// <summary>What a person sends from the page reaches real clients, and the page says what came of it.</summary>
public sealed class SendTests(ConsoleWorld world)
{
    [Fact]
    public async Task Send_ToOneOldClient_ArrivesAs102AndTheFormIsEmpty()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "alice", "bob");
        await using var alice = await world.OldClientAsync(users[0], app);
        await using var bob = await world.OldClientAsync(users[1], app);
        await using var sender = await world.NewSenderAsync("zh-CN", app);

        await sender.TickAsync("alice");
        await sender.Text.FillAsync("你好 <b>🙂</b>\n第二行");
        await sender.SendAsync();

        await sender.ResultHasAsync("发送成功");
        await sender.ResultHasAsync("alice");
        await Assertions.Expect(sender.Result).ToBeFocusedAsync();
        await Assertions.Expect(sender.Text).ToHaveValueAsync("");
        await Assertions.Expect(sender.Chosen).ToHaveCountAsync(0);
        var frame = await alice.ReceiveAsync(102);
        Assert.Equal((1100u, "news desk", "你好 <b>🙂</b>\n第二行"), (frame.Version, frame.Text("chat_from"), frame.Text("chat_content")));
        await OthersGetNothingAsync(sender, bob, "bob");
    }

    [Fact]
    public async Task Send_ToSeveral_ReachesOldClientsAs103AndNewOnesAs106()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "alice", "bob", "carol");
        await using var alice = await world.OldClientAsync(users[0], app);
        await using var bob = await world.NewClientAsync(users[1], app);
        await using var carol = await world.OldClientAsync(users[2], app);
        await using var sender = await world.NewSenderAsync(app: app);

        await sender.Page.CheckAsync("#to-several");
        await sender.TickAsync("alice");
        await sender.TickAsync("bob");
        await Assertions.Expect(sender.Chosen).ToHaveTextAsync(["alice", "bob"]);
        await sender.Text.FillAsync("to several");
        await sender.SendAsync();

        await Assertions.Expect(sender.Result.Locator("h2")).ToHaveTextAsync("Sent");
        var frame = await alice.ReceiveAsync(103);
        Assert.Equal((1100u, "to several"), (frame.Version, frame.Text("chat_content")));
        var push = await bob.ReceiveAsync(WireClient.Push);
        Assert.Equal(("to several", "text/plain; charset=utf-8"), (push.Text("payload"), push.Text("content_type")));
        await OthersGetNothingAsync(sender, carol, "carol");
    }

    [Fact]
    public async Task Send_ToEverybody_ReachesAllOfTheAppOldOnesAs104()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "alice", "bob");
        await using var alice = await world.OldClientAsync(users[0], app);
        await using var bob = await world.NewClientAsync(users[1], app);
        await using var sender = await world.NewSenderAsync("zh-CN", app);

        await sender.Page.CheckAsync("#to-everybody");
        await Assertions.Expect(sender.Page.Locator("#people")).ToBeHiddenAsync();
        await sender.Text.FillAsync("大家好");
        await sender.SendAsync();

        await sender.ResultHasAsync("发送成功");
        await sender.ResultHasAsync(app);
        var frame = await alice.ReceiveAsync(104);
        Assert.Equal((1100u, "大家好"), (frame.Version, frame.Text("chat_content")));
        Assert.Equal("大家好", (await bob.ReceiveAsync(WireClient.Push)).Text("payload"));
    }

    [Fact]
    public async Task Send_Incomplete_SaysWhatIsMissingAndKeepsTheRest()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "alice");
        await using var alice = await world.OldClientAsync(users[0], app);
        await using var sender = await world.NewSenderAsync("zh-CN", app);

        await sender.SendAsync();
        await sender.ResultHasAsync("信息不完整");
        await Assertions.Expect(sender.Result.Locator("li")).ToHaveCountAsync(2);
        await Assertions.Expect(sender.Result).ToBeFocusedAsync();
        await Assertions.Expect(sender.Text).ToHaveAttributeAsync("aria-invalid", "true");

        await sender.TickAsync("alice");
        await sender.Text.FillAsync(" \n ");
        await sender.SendAsync();
        await Assertions.Expect(sender.Result.Locator("li")).ToHaveTextAsync(["请填写消息内容。"]);
        await Assertions.Expect(sender.Chosen).ToHaveTextAsync(["alice"]);

        await sender.Text.FillAsync("齐全了");
        await sender.Page.ClickAsync("#send-button");
        await sender.ResultHasAsync("发送成功");
        Assert.Equal("齐全了", (await alice.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Send_NobodyChosen_IsIncompleteInEnglishToo()
    {
        await using var sender = await world.NewSenderAsync(app: await world.NewAppAsync());

        await sender.Text.FillAsync("to whom?");
        await sender.SendAsync();

        await Assertions.Expect(sender.Result.Locator("h2")).ToHaveTextAsync("Incomplete");
        await sender.Result.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(sender.Page.Locator("#names")).ToBeFocusedAsync();
        await Assertions.Expect(sender.Text).ToHaveValueAsync("to whom?");
    }

    [Fact]
    public async Task Send_SeveralNamesForOne_IsIncomplete()
    {
        await using var sender = await world.NewSenderAsync(app: await world.NewAppAsync());

        await sender.Page.FillAsync("#names", "alice\nbob");
        await sender.Text.FillAsync("for one");
        await sender.SendAsync();

        await sender.ResultHasAsync("2 people are chosen");
        await Assertions.Expect(sender.Page.Locator("#names")).ToHaveValueAsync("alice\nbob");
    }

    [Fact]
    public async Task Send_NowToSomebodyOffline_IsNotSentAndSaysHowTo()
    {
        await using var sender = await world.NewSenderAsync(app: await world.NewAppAsync());

        await sender.Page.FillAsync("#names", "nobody");
        await sender.Text.FillAsync("now or never");
        await sender.SendAsync();

        await Assertions.Expect(sender.Result.Locator("h2")).ToHaveTextAsync("Not sent");
        await sender.ResultHasAsync("Offline, so they did not get it");
        await sender.ResultHasAsync("Keep until received");
        await Assertions.Expect(sender.Text).ToHaveValueAsync("now or never");
    }

    [Fact]
    public async Task Send_KeptForSomebodyOffline_ArrivesWhenTheyCome()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "sleeper");
        await using var sender = await world.NewSenderAsync(app: app);

        await sender.Page.FillAsync("#names", "sleeper");
        await sender.Page.CheckAsync("#keep-yes");
        await sender.Text.FillAsync("for later");
        await sender.SendAsync();

        await Assertions.Expect(sender.Result.Locator("h2")).ToHaveTextAsync("Sent");
        await sender.ResultHasAsync("Kept, and delivered when they are connected");
        await using var sleeper = await world.OldClientAsync(users[0], app);
        Assert.Equal("for later", (await sleeper.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Send_SomeOnlineSomeNot_TellsThemApart()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "here", "gone");
        await using var here = await world.OldClientAsync(users[0], app);
        await using var sender = await world.NewSenderAsync(app: app);

        await sender.Page.CheckAsync("#to-several");
        await sender.TickAsync("here");
        await sender.Page.FillAsync("#names", "gone\n\nhere\n");
        await sender.Text.FillAsync("who gets it?");
        await sender.SendAsync();

        await Assertions.Expect(sender.Result.Locator("h2")).ToHaveTextAsync("Sent, but not to all");
        await Assertions.Expect(sender.Result.Locator("dt")).ToHaveTextAsync(["Sent to", "Offline, so they did not get it"]);
        await Assertions.Expect(sender.Result.Locator("dd bdi")).ToHaveTextAsync(["here", "gone"]);
        Assert.Equal("who gets it?", (await here.ReceiveAsync(103)).Text("chat_content"));
    }

    [Fact]
    public async Task Send_TextAboveTheAppsLimit_IsRefusedAndKept()
    {
        var app = await world.NewAppAsync(static app => app.MaxPayloadBytes = 100);
        await using var sender = await world.NewSenderAsync("zh-CN", app);
        var text = new string('长', 50);

        await sender.Page.CheckAsync("#to-everybody");
        await sender.Text.FillAsync(text);
        await Assertions.Expect(sender.Page.Locator("#count")).ToHaveTextAsync("150 / 100 字节");
        await sender.SendAsync();

        await sender.ResultHasAsync("没有发送");
        await sender.ResultHasAsync("文字超过了这个应用允许的长度。");
        await Assertions.Expect(sender.Text).ToHaveValueAsync(text);
    }

    [Fact]
    public async Task Send_NameThatNoUserMayHave_IsRefused()
    {
        await using var sender = await world.NewSenderAsync(app: await world.NewAppAsync());

        await sender.Page.FillAsync("#names", new string('x', 129));
        await sender.Text.FillAsync("to a long name");
        await sender.SendAsync();

        await sender.ResultHasAsync("A name is not a valid user name");
    }

    [Fact]
    public async Task Send_LongText_ArrivesWhole()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "reader");
        await using var reader = await world.OldClientAsync(users[0], app);
        await using var sender = await world.NewSenderAsync(app: app);
        var text = string.Concat(Enumerable.Repeat("一段很长的文字 & <tag> 🙂\n", 700)) + "end";

        await sender.TickAsync("reader");
        await sender.Text.FillAsync(text);
        await sender.SendAsync();

        await Assertions.Expect(sender.Result.Locator("h2")).ToHaveTextAsync("Sent");
        Assert.Equal(text, (await reader.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Send_WithTheKeyboardAlone_Works()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "alice");
        await using var alice = await world.OldClientAsync(users[0], app);
        await using var sender = await world.NewSenderAsync(app: app);

        await sender.Page.FocusAsync("#search");
        await sender.Page.Keyboard.PressAsync("Tab");
        await sender.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(sender.Row("alice").Locator("input")).ToBeFocusedAsync();
        await sender.Page.Keyboard.PressAsync("Space");
        await sender.Page.Keyboard.PressAsync("Tab");
        await sender.Page.Keyboard.PressAsync("Tab");
        await sender.Page.Keyboard.TypeAsync("by hand");
        await sender.Page.Keyboard.PressAsync("Tab");
        await sender.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(sender.Page.Locator("#send-button")).ToBeFocusedAsync();
        await sender.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(sender.Result.Locator("h2")).ToHaveTextAsync("Sent");
        Assert.Equal("by hand", (await alice.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Send_WithoutScript_SearchesChoosesAndSends()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "alice", "bob");
        await using var alice = await world.OldClientAsync(users[0], app);
        await using var bob = await world.OldClientAsync(users[1], app);
        await using var sender = await world.NewSenderAsync(app: app, hasScript: false);

        await sender.Page.CheckAsync("#to-several");
        await sender.TickAsync("alice");
        await sender.Text.FillAsync("no script");
        await sender.Page.FillAsync("#search", "BO");
        await sender.Page.PressAsync("#search", "Enter");
        await Assertions.Expect(sender.People).ToHaveCountAsync(1);
        await Assertions.Expect(sender.Chosen).ToHaveTextAsync(["alice"]);
        await sender.TickAsync("bob");
        await sender.SendAsync();

        await Assertions.Expect(sender.Result.Locator("h2")).ToHaveTextAsync("Sent");
        Assert.Equal("no script", (await alice.ReceiveAsync(103)).Text("chat_content"));
        Assert.Equal("no script", (await bob.ReceiveAsync(103)).Text("chat_content"));
        await Assertions.Expect(sender.Text).ToHaveValueAsync("");
    }

    // What would have come to others comes before what is sent to them next.
    private static async Task OthersGetNothingAsync(Visitor sender, WireClient other, string user)
    {
        await sender.Page.CheckAsync("#to-one");
        await sender.TickAsync(user);
        await sender.Text.FillAsync("only this");
        await sender.Page.ClickAsync("#send-button");
        Assert.Equal("only this", (await other.ReceiveAsync(102)).Text("chat_content"));
    }
}
