using System.Text.Json;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Pushes;

/// <summary>Kept messages for clients that were written from the protocol's description, in JSON.</summary>
public sealed class KeptWireTests(SharedCluster shared)
{
    [Fact]
    public async Task ClientThatAcknowledges_GetsPositions_AndAgainWhatItDidNotAcknowledge()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await KeepAsync(cluster, user, "a", "b", "c");

        (long Epoch, long Seq)[] places;
        await using (var first = await LoginAsync(cluster, user))
        {
            WireFrame[] frames = [await first.ReceiveAsync(WireClient.Push), await first.ReceiveAsync(WireClient.Push), await first.ReceiveAsync(WireClient.Push)];
            Assert.Equal(["a", "b", "c"], frames.Select(static frame => frame.Text("payload")!));
            Assert.All(frames, static frame => Assert.Equal("inbox", frame.Text("channel")));
            places = [.. frames.Select(PlaceOf)];
            Assert.True(places[0].CompareTo(places[1]) < 0 && places[1].CompareTo(places[2]) < 0);
            await AckAsync(first, places[1]);
            await UntilWaitingAsync(cluster, user, 1);
        }

        await using var second = await LoginAsync(cluster, user);
        var again = await second.ReceiveAsync(WireClient.Push);
        Assert.Equal(("c", places[2]), (again.Text("payload"), PlaceOf(again)));
        await AckAsync(second, places[2]);
        await UntilWaitingAsync(cluster, user, 0);
    }

    [Fact]
    public async Task Ack_OfWhatWasNeverSent_IsRefusedAndTakesNothing()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await KeepAsync(cluster, user, "a");
        await using var client = await LoginAsync(cluster, user);
        var (epoch, seq) = PlaceOf(await client.ReceiveAsync(WireClient.Push));

        await ErrorAsync(client, new { positions = new[] { new { channel = "inbox", epoch, seq = seq + 1 } }, id = "1" }, 4518);
        await ErrorAsync(client, new { positions = new[] { new { channel = "inbox", epoch = epoch + 1, seq } }, id = "2" }, 4518);
        await ErrorAsync(client, new { positions = new[] { new { channel = "all", epoch, seq } }, id = "3" }, 4518);
        await ErrorAsync(client, new { positions = new[] { new { channel = "outbox", epoch, seq } }, id = "4" }, 4519);
        await ErrorAsync(client, new { positions = Enumerable.Repeat(new { channel = "inbox", epoch, seq }, 17), id = "5" }, 4506);
        Assert.Equal(1u, (await InboxAsync(cluster, user)).Messages);

        await AckAsync(client, (epoch, seq));
        await AckAsync(client, (epoch, seq));
        await UntilWaitingAsync(cluster, user, 0);
    }

    [Fact]
    public async Task Fetch_AnyPartOfTheInbox_AcknowledgesNothing()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await KeepAsync(cluster, user, "a", "b", "c");
        await using var client = await LoginAsync(cluster, user);
        var (epoch, seq) = PlaceOf(await client.ReceiveAsync(WireClient.Push));
        await client.ReceiveAsync(WireClient.Push);
        await client.ReceiveAsync(WireClient.Push);

        await client.SendAsync(WireClient.Fetch, new { channel = "inbox", epoch, seq = seq - 1, limit = 2, id = "f1" });
        var page = await client.ReceiveAsync(WireClient.Page);
        await client.SendAsync(WireClient.Fetch, new { channel = "inbox", epoch = page.Number("epoch"), seq = page.Number("seq"), id = "f2" });
        var rest = await client.ReceiveAsync(WireClient.Page);
        await client.SendAsync(WireClient.Fetch, new { channel = "inbox", epoch, seq = seq + 100, id = "f3" });
        var refused = await client.ReceiveAsync(WireClient.Error);

        Assert.Equal(("f1", true), (page.Text("id"), page.Json.GetProperty("more").GetBoolean()));
        Assert.Equal(["a", "b"], TextsOf(page));
        Assert.Equal(["c"], TextsOf(rest));
        Assert.False(rest.Json.TryGetProperty("more", out _));
        Assert.Equal((13L, "f3", 4518L), (refused.Number("command"), refused.Text("id"), refused.Number("code")));
        Assert.Equal(3u, (await InboxAsync(cluster, user)).Messages);
    }

    [Fact]
    public async Task ChatClient_SeesWhatItAlwaysSaw_AndWhatWasWrittenIsAcknowledged()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await KeepAsync(cluster, user, "a", "b");

        await using var client = await WireClient.LoginAsync(cluster.Gateways[0].Port, user);
        foreach (var text in new[] { "a", "b" })
        {
            var chat = await client.ReceiveAsync(WireClient.Chat);
            Assert.Equal((1100u, $$"""{"chat_from":"default","chat_content":"{{text}}"}"""), (chat.Version, System.Text.Encoding.UTF8.GetString(chat.Body)));
        }

        await UntilWaitingAsync(cluster, user, 0);
        await client.SendAsync(WireClient.Fetch, new { channel = "inbox" });
        Assert.Equal(4500, (await client.ReceiveAsync(WireClient.Error)).Number("code"));
    }

    private static Task<WireClient> LoginAsync(Cluster cluster, TestUser user) =>
        WireClient.LoginAsync(cluster.Gateways[0].Port, user, sdk: "stranger/1", features: "ack");

    private static (long Epoch, long Seq) PlaceOf(WireFrame frame) => (frame.Number("epoch"), frame.Number("seq"));

    private static IEnumerable<string> TextsOf(WireFrame page) =>
        page.Json.GetProperty("messages").EnumerateArray().Select(static (JsonElement message) => message.GetProperty("payload").GetString()!);

    private static Task AckAsync(WireClient client, (long Epoch, long Seq) place) =>
        client.SendAsync(WireClient.Ack, new { positions = new[] { new { channel = "inbox", epoch = place.Epoch, seq = place.Seq } } });

    private static async Task ErrorAsync(WireClient client, object ack, int code)
    {
        await client.SendAsync(WireClient.Ack, ack);
        var error = await client.ReceiveAsync(WireClient.Error);
        Assert.Equal((6L, code), (error.Number("command"), error.Number("code")));
        Assert.NotEmpty(error.Text("id")!);
    }

    private static async Task KeepAsync(Cluster cluster, TestUser user, params string[] texts)
    {
        foreach (var text in texts)
        {
            var request = ClusterQueries.Text(Cluster.DefaultApp, text, user);
            request.Qos = Qos.AtLeastOnce;
            await cluster.Center().PushAsync(request);
        }
    }

    private static async Task<GetInboxReply> InboxAsync(Cluster cluster, TestUser user) =>
        await cluster.Center().GetInboxAsync(new GetInboxRequest { App = Cluster.DefaultApp, User = user.Name });

    private static Task UntilWaitingAsync(Cluster cluster, TestUser user, uint messages) =>
        Eventually.HoldsAsync(async () => (await InboxAsync(cluster, user)).Messages == messages, $"{messages} messages wait", cluster.State);
}
