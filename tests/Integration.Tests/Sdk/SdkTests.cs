using Microservices.Client;
using Microservices.Client.Endpoints;
using Microservices.Contracts.Center;
using Microservices.Clusters;
using Microservices.Protocol;

namespace Microservices.Integration.Tests.Sdk;

/// <summary>The client SDK on the whole platform.</summary>
public sealed class SdkTests(SharedCluster shared)
{
    [Fact]
    public async Task TwoUsers_ThroughTheDispatcher_ChatAndAreToldWhatFails()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(3);
        await using var alice = await SdkUser.ConnectAsync(cluster, users[0]);
        await using var bob = await SdkUser.ConnectAsync(cluster, users[1]);

        await alice.Client.SendChatAsync(users[1].Name, "hello");
        await bob.WaitAsync(sdk => sdk.Chats.Any(chat => chat.From == users[0].Name && chat.Text == "hello"), "bob gets the chat");
        var lost = await alice.Client.SendChatAsync(users[2].Name, "nobody there");

        await alice.WaitAsync(sdk => sdk.Errors.Any(error => error.Code == Code.NotDelivered && error.Id == lost.Id), "alice is told that it was not delivered");
    }

    [Fact]
    public async Task Push_ToSdkClient_ArrivesWithTypeAndContent()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(1);
        await using var alice = await SdkUser.ConnectAsync(cluster, users[0]);
        var request = ClusterQueries.Text(Cluster.DefaultApp, "shipped", users);
        request.Type = "order";

        await cluster.Center().PushAsync(request);

        await alice.WaitAsync(sdk => sdk.Pushes.Any(push => push is { Type: "order", Text: "shipped", ContentType: "text/plain" }), "the push arrives");
    }

    [Fact]
    public async Task Kick_SdkClient_StopsForGood()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(1);
        await using var alice = await SdkUser.ConnectAsync(cluster, users[0]);

        await cluster.Center().KickAsync(new KickRequest { App = Cluster.DefaultApp, Users = { users[0].Name } });

        await alice.WaitAsync(sdk => sdk.Client.State is { Phase: ClientPhase.Stopped, Code: Code.Kicked }, "the client stops because it was kicked");
    }

    [Fact]
    public async Task SecondLogin_StopsTheFirstClient()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(1);
        await using var first = await SdkUser.ConnectAsync(cluster, users[0]);
        await using var second = await SdkUser.ConnectAsync(cluster, users[0]);

        await first.WaitAsync(sdk => sdk.Client.State is { Phase: ClientPhase.Stopped, Code: Code.Displaced }, "the first client stops because it was displaced");

        await cluster.PushAsync(users[0], "to the second");
        await second.WaitAsync(sdk => sdk.Pushes.Any(push => push.Text == "to the second"), "the second gets the push");
    }

    [Fact]
    public async Task Goodbye_EndsTheSessionAtOnce()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(1);
        await using var alice = await SdkUser.ConnectAsync(cluster, users[0]);

        await alice.Client.CloseAsync();

        await cluster.WaitForPresenceAsync(users[0], online: false);
    }

    [Fact]
    public async Task ProposeHeartbeat_TheAppsBoundsDecide()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(1);
        await using var alice = await SdkUser.ConnectAsync(cluster, users[0]);

        alice.Client.ProposeHeartbeat(TimeSpan.FromSeconds(42));
        await alice.WaitAsync(sdk => sdk.Client.HeartbeatInterval == TimeSpan.FromSeconds(42), "the proposal holds");
        alice.Client.ProposeHeartbeat(TimeSpan.FromMilliseconds(1));
        await alice.WaitAsync(sdk => sdk.Client.HeartbeatInterval == TimeSpan.FromSeconds(2), "the app's lowest holds");
    }

    [Fact]
    public async Task LinkCut_TheSessionGoesOnElsewhereWithoutItsToken()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(1);
        await using var link = new CuttableLink(cluster.Gateways[0].Port);
        await using var alice = await SdkUser.ConnectAsync(cluster, users[0], new Endpoint("127.0.0.1", link.Port));
        var session = alice.Client.State.Session;

        // Only the ticket can let it in now.
        await cluster.StoreTokenAsync(users[0] with { Token = "another-token-of-this-user" });
        link.Cut(next: cluster.Gateways[^1].Port);

        await alice.WaitAsync(sdk => sdk.Client.State is { Phase: ClientPhase.Verified, Resumed: true } state && state.Session != session, "the session is resumed");
        await cluster.PushAsync(users[0], "after the cut");
        await alice.WaitAsync(sdk => sdk.Pushes.Any(push => push.Text == "after the cut"), "the push finds it");
    }
}
