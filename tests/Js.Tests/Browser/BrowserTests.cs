using Microservices.Clusters;
using Microservices.Contracts.Center;

namespace Microservices.Js.Tests.Browser;

/// <summary>The browser client in a real browser, against the platform as processes.</summary>
public sealed class BrowserTests(BrowserWorld world) : IClassFixture<BrowserWorld>
{
    // Kept: in the inbox, and nobody was there to send it to.
    private static readonly UserOutcome.Types.Outcome[] Taken = [UserOutcome.Types.Outcome.Sent, UserOutcome.Types.Outcome.Kept];

    [Fact]
    public async Task Page_AsksTheDispatcherAndReceivesWhatIsPushed()
    {
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var page = await world.LoginAsync(user);

        await world.PushAsync(user, "not kept", Qos.AtMostOnce);
        await page.WaitForHandledAsync("not kept");
        await world.PushAsync(user, "kept: 你好 😀");
        await world.PushAsync(user, "fetched", notifyOnly: true);

        await page.WaitForHandledAsync("not kept", "kept: 你好 😀", "fetched");
        await world.WaitForEmptyInboxAsync(user);
        Assert.Contains("http", await page.AskAsync<string>("() => Object.keys(localStorage).find(key => key.startsWith('push.endpoints:'))"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ChatsWithAnother()
    {
        var cluster = await world.StartAsync();
        var users = await cluster.NewUsersAsync(3);
        await using var first = await world.LoginAsync(users[0]);
        await using var second = await world.LoginAsync(users[1]);

        await first.SendChatAsync(users[1], "hello");
        await first.SendChatAsync(users[2], "are you there?");

        await second.WaitForAsync("() => window.told.chats.length === 1", "the chat arrives");
        Assert.Equal([$"{users[0].Name}: hello"], await second.ChatsAsync());
        await first.WaitForAsync("() => window.told.errors[0] === 'not_delivered'", "the sender learns who is offline");
    }

    [Fact]
    public async Task Page_LoadedAgain_GoesOnBehindItsCursor()
    {
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var page = await world.LoginAsync(user);
        await world.PushAsync(user, "1");
        await world.PushAsync(user, "2");
        await page.WaitForHandledAsync("1", "2");
        await world.WaitForEmptyInboxAsync(user);

        await page.Page.GotoAsync("about:blank");
        await world.PushAsync(user, "3");
        await world.PushAsync(user, "4");
        await page.Page.GotoAsync(world.Origin);
        await page.WaitForAsync("() => window.isLoaded === true", "the page's script has run");
        await page.BeginAsync(world.OptionsOf(user));

        await page.WaitForHandledAsync("1", "2", "3", "4");
        await world.WaitForEmptyInboxAsync(user);
    }

    [Fact]
    public async Task Page_ThatLostItsAcknowledgement_KnowsTheRepeatByItsStoredCursor()
    {
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var page = await world.OpenAsync();
        // Everything is handled and saved, and no acknowledgement leaves the page.
        await page.AskAsync<object?>("() => { const { send } = WebSocket.prototype; WebSocket.prototype.send = function (text) { if (!text.startsWith('{\"command\":6')) send.call(this, text); }; }");
        await page.BeginAsync(world.OptionsOf(user));
        await page.WaitForStateAsync("phase === 'verified'");
        await world.PushAsync(user, "once");
        await page.WaitForHandledAsync("once");
        await page.WaitForAsync("() => Object.keys(localStorage).some(key => key.startsWith('push.cursor:'))", "the cursor is stored");

        await page.ReloadAsync();
        await page.BeginAsync(world.OptionsOf(user));
        await page.WaitForStateAsync("phase === 'verified'");
        await world.WaitForEmptyInboxAsync(user);
        await world.PushAsync(user, "next");

        await page.WaitForHandledAsync("once", "next");
        Assert.Equal(1, await page.AskAsync<int>("() => window.client.received.repeats"));
    }

    [Fact]
    public async Task Gateway_Killed_PageGoesToTheOtherAndNothingIsLostOrRepeated()
    {
        const int Count = 60;
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var page = await world.LoginAsync(user);
        var first = await RoomOfAsync(cluster, user);
        var victim = cluster.Gateways.Single(gateway => gateway.Name == first);

        for (var i = 0; i < Count; i++)
        {
            if (i == Count / 2)
            {
                await victim.KillAsync();
            }

            Assert.Contains((await world.PushAsync(user, $"{i}")).Outcome, Taken);
        }

        await page.WaitForHandledAsync([.. Enumerable.Range(0, Count).Select(static i => $"{i}")]);
        await world.WaitForEmptyInboxAsync(user);
        var last = await RoomOfAsync(cluster, user);
        await cluster.HealAsync();
        Assert.NotEqual(first, last);
    }

    [Fact]
    public async Task Token_Wrong_ClientStopsAndSaysWhy()
    {
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var page = await world.OpenAsync();
        var options = world.OptionsOf(user);
        options["token"] = "guessed";

        await page.BeginAsync(options);

        await page.WaitForStateAsync("phase === 'stopped' && reason === 'wrong_token'");
    }

    [Fact]
    public async Task TokenProvider_IsAskedAgainWhenTheTokenIsRefused()
    {
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var page = await world.OpenAsync();
        var options = world.OptionsOf(user);
        options.Remove("token");
        options["tokens"] = new[] { "outdated", user.Token };

        await page.BeginAsync(options);

        await page.WaitForStateAsync("phase === 'verified'");
        Assert.Equal(2, await page.AskAsync<int>("() => window.told.tokensAsked"));
    }

    [Fact]
    public async Task SecondTab_OfTheSameDevice_DisplacesTheFirstWhichStops()
    {
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var first = await world.LoginAsync(user);

        await using var second = await world.LoginAsync(user, beside: first);
        await world.PushAsync(user, "for one tab");

        await first.WaitForStateAsync("phase === 'stopped' && reason === 'displaced'");
        await second.WaitForHandledAsync("for one tab");
    }

    [Fact]
    public async Task Close_EndsTheSessionAtOnce()
    {
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var page = await world.LoginAsync(user);
        await cluster.WaitForPresenceAsync(user, online: true);

        await page.CloseClientAsync();

        await page.WaitForStateAsync("phase === 'stopped' && reason === 'goodbye'");
        await cluster.WaitForPresenceAsync(user, online: false);
    }

    [Fact]
    public async Task PageOfAnotherOrigin_WithAGoodToken_IsNotLetIn()
    {
        var cluster = await world.StartAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var page = await world.OpenForeignAsync();

        await page.BeginAsync(world.OptionsOf(user));

        await page.WaitForAsync("() => window.told.states.filter(({ phase }) => phase === 'waiting').length >= 3", "three rounds of tries fail");
        Assert.Equal(0, await page.AskAsync<int>("() => window.told.states.filter(({ phase }) => phase === 'verified').length"));
        Assert.False((await cluster.PresenceAsync(user)).Online);
    }

    private static async Task<string> RoomOfAsync(Cluster cluster, TestUser user) => (await cluster.PresenceAsync(user)).Sessions.Single().Room;
}
