using System.Collections.Concurrent;
using Microservices.Client;
using Microservices.Client.Apps;
using Microservices.Client.Endpoints;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.Sdk;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Apps;

/// <summary>One connection, several apps, on real processes: by hand from the protocol's description, and with the SDK.</summary>
public sealed class SeveralAppsTests(SharedCluster shared)
{
    private const uint Bind = 7;
    private const uint Unbind = 8;
    private const uint Chat = 2;
    private const uint BindResult = 114;
    private const uint Unbound = 115;

    [Fact]
    public async Task Pushes_ToBothApps_ReachTheOneConnection_AndAreAcknowledgedApart()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();
        await using var client = await LogInAsync(cluster, ann);
        await BindAsync(client, app, user);
        await cluster.WaitForPresenceAsync(user, online: true, app);

        await KeepAsync(cluster, Cluster.DefaultApp, ann, "mine");
        var mine = await client.ReceiveAsync(WireClient.Push);
        await KeepAsync(cluster, app, user, "the app's");
        var theirs = await client.ReceiveAsync(WireClient.Push);
        Assert.Equal(("mine", Cluster.DefaultApp, "the app's", app), (mine.Text("payload"), mine.Text("app"), theirs.Text("payload"), theirs.Text("app")));

        await client.SendAsync(WireClient.Ack, Positions(theirs, app));
        await UntilWaitingAsync(cluster, app, user, 0);
        Assert.Equal(1u, await WaitingAsync(cluster, Cluster.DefaultApp, ann));
        await client.SendAsync(WireClient.Ack, Positions(mine, ""));
        await UntilWaitingAsync(cluster, Cluster.DefaultApp, ann, 0);
    }

    [Fact]
    public async Task Kick_OfTheBoundApp_LeavesTheOther()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();
        await using var client = await LogInAsync(cluster, ann);
        await BindAsync(client, app, user);

        await cluster.Center().KickAsync(new KickRequest { App = app, Users = { user.Name }, Reason = "closing time" });

        var unbound = await client.ReceiveAsync(Unbound);
        Assert.Equal((app, 4001L), (unbound.Text("app"), unbound.Number("code")));
        await cluster.WaitForPresenceAsync(user, online: false, app);
        Assert.Equal(UserOutcome.Types.Outcome.Sent, (await cluster.PushAsync(ann, "still here")).Outcome);
        Assert.Equal("still here", (await client.ReceiveAsync(WireClient.Push)).Text("payload"));
    }

    [Fact]
    public async Task LoginElsewhere_DisplacesTheBoundSessionAlone()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();
        await using var client = await LogInAsync(cluster, ann);
        await BindAsync(client, app, user);

        await using var other = await WireClient.LoginAsync(cluster.Gateways[1].Port, user, app, "test/1");

        Assert.Equal((app, 4000L), await client.ReceiveAsync(Unbound) is var unbound ? (unbound.Text("app"), unbound.Number("code")) : default);
        await cluster.PushAsync(user, "to the other", app);
        Assert.Equal("to the other", (await other.ReceiveAsync(WireClient.Push)).Text("payload"));
        await cluster.PushAsync(ann, "still here");
        Assert.Equal("still here", (await client.ReceiveAsync(WireClient.Push)).Text("payload"));
    }

    [Fact]
    public async Task Unbind_MakesTheUserOffline_AndAnotherBindGetsWhatWasKept()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();
        await using var client = await LogInAsync(cluster, ann);
        await BindAsync(client, app, user);

        await client.SendAsync(Unbind, new { app, id = "u1" });
        Assert.Equal((4003L, "u1"), await client.ReceiveAsync(Unbound) is var unbound ? (unbound.Number("code"), unbound.Text("id")) : default);
        await cluster.WaitForPresenceAsync(user, online: false, app);
        Assert.Equal(UserOutcome.Types.Outcome.Offline, (await cluster.PushAsync(user, "lost", app)).Outcome);
        await KeepAsync(cluster, app, user, "kept");

        await BindAsync(client, app, user);
        Assert.Equal(("kept", app), await client.ReceiveAsync(WireClient.Push) is var push ? (push.Text("payload"), push.Text("app")) : default);
    }

    [Fact]
    public async Task Bind_WithTheTokenOfAnotherApp_IsRefused()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();

        // The same name in the other app: only the tokens tell them apart.
        var namesake = new TestUser(ann.Name, "token-in-the-app");
        await cluster.StoreTokenAsync(namesake, app);
        await using var client = await LogInAsync(cluster, ann);

        foreach (var (name, token) in new[] { (ann.Name, ann.Token), (user.Name, ann.Token), (user.Name, namesake.Token) })
        {
            await SendBindAsync(client, app, new TestUser(name, token));
            var refused = await client.ReceiveAsync(BindResult);
            Assert.Equal((0L, "wrong_token"), (refused.Number("code"), refused.Text("reason")));
        }

        Assert.False((await cluster.PresenceAsync(user, app)).Online);
        Assert.False((await cluster.PresenceAsync(namesake, app)).Online);
        await BindAsync(client, app, namesake);
    }

    [Fact]
    public async Task Requests_OfAnAppThatIsNotBound_AreRefused()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();
        await KeepAsync(cluster, app, user, "secret");
        await using var client = await LogInAsync(cluster, ann);

        await client.SendAsync(WireClient.Fetch, new { channel = "inbox", app, id = "f" });
        Assert.Equal((13L, 4524L), await client.ReceiveAsync(WireClient.Error) is var fetch ? (fetch.Number("command"), fetch.Number("code")) : default);
        await client.SendAsync(WireClient.Ack, new { positions = new[] { new { channel = "inbox", epoch = 1, seq = 1 } }, app, id = "a" });
        Assert.Equal((6L, 4524L), await client.ReceiveAsync(WireClient.Error) is var ack ? (ack.Number("command"), ack.Number("code")) : default);
        await client.SendAsync(Chat, new { chat_to = user.Name, chat_content = "hi", app, id = "c" });
        Assert.Equal((2L, 4524L), await client.ReceiveAsync(WireClient.Error) is var chat ? (chat.Number("command"), chat.Number("code")) : default);
        Assert.Equal(1u, await WaitingAsync(cluster, app, user));
    }

    [Fact]
    public async Task RevokedToken_OfTheBoundApp_EndsItAlone()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();
        await using var client = await LogInAsync(cluster, ann);
        await BindAsync(client, app, user);

        await cluster.Center().RevokeTokenAsync(new RevokeTokenRequest { App = app, User = user.Name });

        Assert.Equal(4002L, (await client.ReceiveAsync(Unbound)).Number("code"));
        await cluster.PushAsync(ann, "still here");
        Assert.Equal("still here", (await client.ReceiveAsync(WireClient.Push)).Text("payload"));
    }

    [Fact]
    public async Task EndOfTheConnection_MakesAllOffline()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();
        await using (var client = await LogInAsync(cluster, ann))
        {
            await BindAsync(client, app, user);
            await cluster.WaitForPresenceAsync(user, online: true, app);
            await client.SendAsync(12, new { });
        }

        await cluster.WaitForPresenceAsync(ann, online: false);
        await cluster.WaitForPresenceAsync(user, online: false, app);
    }

    [Fact]
    public async Task Sdk_LinkIsCut_BothAppsGoOnAtAnotherGateway()
    {
        var (cluster, ann, app, user) = await ArrangeAsync();
        await using var link = new CuttableLink(cluster.Gateways[0].Port);
        var states = new ConcurrentQueue<AppState>();
        await using var sdk = await SdkUser.ConnectAsync(cluster, ann, new Endpoint("127.0.0.1", link.Port));
        sdk.Client.AppChanged += states.Enqueue;
        await sdk.Client.BindAsync(new AppLogin { App = app, User = user.Name, Token = user.Token }).WaitAsync(Eventually.DefaultDeadline);
        await KeepAsync(cluster, app, user, "first");
        await sdk.WaitAsync(static sdk => sdk.Pushes.Any(push => push.Text == "first"), "the first arrives");
        await UntilWaitingAsync(cluster, app, user, 0);

        link.Cut(cluster.Gateways[1].Port);
        await Eventually.HoldsAsync(() => states.Count(state => state.Phase == AppPhase.Bound) == 2, "it is bound again", () => string.Join('\n', states));
        await KeepAsync(cluster, app, user, "second");
        await KeepAsync(cluster, Cluster.DefaultApp, ann, "own");

        await sdk.WaitAsync(static sdk => sdk.Pushes.Count == 3, "both arrive");
        Assert.Equal([(app, "first"), (app, "second")], sdk.Pushes.Where(push => push.App == app).Select(push => (push.App, push.Text)));
        Assert.Contains(sdk.Pushes, push => push is { App: Cluster.DefaultApp, Text: "own" });
        Assert.True(states.Last(state => state.Phase == AppPhase.Bound).Resumed);
        await UntilWaitingAsync(cluster, app, user, 0);
        await UntilWaitingAsync(cluster, Cluster.DefaultApp, ann, 0);
        Assert.Empty(sdk.Errors);

        await sdk.Client.UnbindAsync(app).WaitAsync(Eventually.DefaultDeadline);
        await cluster.WaitForPresenceAsync(user, online: false, app);
        Assert.Equal(ClientPhase.Verified, sdk.Client.State.Phase);
    }

    /// <summary>Ann of the app default, and a user of an app of its own.</summary>
    private async Task<(Cluster Cluster, TestUser Ann, string App, TestUser User)> ArrangeAsync()
    {
        var cluster = await shared.GetAsync();
        var app = await cluster.NewAppAsync(new AppDescription());
        return (cluster, (await cluster.NewUsersAsync(1))[0], app, (await cluster.NewUsersAsync(1, app))[0]);
    }

    private static Task<WireClient> LogInAsync(Cluster cluster, TestUser user) =>
        WireClient.LoginAsync(cluster.Gateways[0].Port, user, sdk: "stranger/1", features: "ack");

    private static Task SendBindAsync(WireClient client, string app, TestUser user) =>
        client.SendAsync(Bind, new { app, user = user.Name, token = user.Token, features = new[] { "ack" }, id = "b" });

    private static async Task BindAsync(WireClient client, string app, TestUser user)
    {
        WireFrame answer;
        var deadline = Environment.TickCount64 + (long)Eventually.DefaultDeadline.TotalMilliseconds;
        do
        {
            // An app that was made a moment ago reaches the registers by and by.
            await SendBindAsync(client, app, user);
            answer = await client.ReceiveAsync(BindResult);
            Assert.True(answer.Number("code") == 1 || (answer.Text("reason") is "unknown_app" or "try_later" && Environment.TickCount64 < deadline), $"{answer}");
            await Task.Delay(answer.Number("code") == 1 ? 0 : 250);
        }
        while (answer.Number("code") == 0);
        Assert.Equal(app, answer.Text("app"));
    }

    private static object Positions(WireFrame push, string app) =>
        new { positions = new[] { new { channel = push.Text("channel"), epoch = push.Number("epoch"), seq = push.Number("seq") } }, app };

    private static async Task KeepAsync(Cluster cluster, string app, TestUser user, string text)
    {
        var request = ClusterQueries.Text(app, text, user);
        request.Qos = Qos.AtLeastOnce;
        await cluster.Center().PushAsync(request);
    }

    private static async Task<uint> WaitingAsync(Cluster cluster, string app, TestUser user) =>
        (await cluster.Center().GetInboxAsync(new GetInboxRequest { App = app, User = user.Name })).Messages;

    private static Task UntilWaitingAsync(Cluster cluster, string app, TestUser user, uint count) => Eventually.HoldsAsync(
        async () => await WaitingAsync(cluster, app, user) == count, $"{count} messages wait for {user.Name} of {app}");
}
