using Google.Protobuf;
using Microservices.Contracts.Center;
using Microservices.Clusters;
using Microservices.Integration.Tests.Wire;

namespace Microservices.Integration.Tests.Pushes;

/// <summary>What an internal app sends through a center reaches clients on any gateway.</summary>
public sealed class PushTests(SharedCluster shared)
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    public async Task Push_ToOneChatClient_ArrivesAs102FromTheAppsSender(int center, int gateway)
    {
        var cluster = await shared.GetAsync();
        var app = await cluster.NewAppAsync(new AppDescription { Sender = "news desk" });
        var user = (await cluster.NewUsersAsync(1, app))[0];
        await using var client = await WireClient.LoginAsync(cluster.Gateways[gateway].Port, user, app);

        var reply = await cluster.Center(center).PushAsync(ClusterQueries.Text(app, "你好 🙂", user));

        var outcome = Assert.Single(reply.Outcomes);
        Assert.Equal(UserOutcome.Types.Outcome.Sent, outcome.Outcome);
        Assert.Equal($"gateway-{gateway}", Assert.Single(outcome.SentTo).Room);
        var frame = await client.ReceiveAsync(102);
        Assert.Equal(1100u, frame.Version);
        Assert.Equal("news desk", frame.Text("chat_from"));
        Assert.Equal("你好 🙂", frame.Text("chat_content"));
    }

    [Fact]
    public async Task Push_ToMany_ReachesBothGatewaysAndReportsEachUserInOrder()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(5);
        await using var first = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0]);
        await using var second = await WireClient.LoginAsync(cluster.Gateways[1].Port, users[2]);
        await using var third = await WireClient.LoginAsync(cluster.Gateways[1].Port, users[4], sdk: "test/1");

        var reply = await cluster.Center().PushAsync(ClusterQueries.Text(Cluster.DefaultApp, "to many", users));

        Assert.Equal(users.Select(static user => user.Name), reply.Outcomes.Select(static outcome => outcome.User));
        Assert.Equal(
            ["gateway-0", "Offline", "gateway-1", "Offline", "gateway-1"],
            reply.Outcomes.Select(static outcome => outcome.SentTo.SingleOrDefault()?.Room ?? outcome.Outcome.ToString()));
        Assert.Equal("to many", (await first.ReceiveAsync(103)).Text("chat_content"));
        Assert.Equal("to many", (await second.ReceiveAsync(103)).Text("chat_content"));
        Assert.Equal("to many", (await third.ReceiveAsync(WireClient.Push)).Text("payload"));
    }

    [Fact]
    public async Task Push_ToEverybody_ReachesEveryClientOfTheAppAndNoOther()
    {
        var cluster = await shared.GetAsync();
        var app = await cluster.NewAppAsync(new AppDescription { Sender = "all" });
        var users = await cluster.NewUsersAsync(3, app);
        var outsider = (await cluster.NewUsersAsync(1))[0];
        await using var first = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0], app);
        await using var second = await WireClient.LoginAsync(cluster.Gateways[1].Port, users[1], app);
        await using var third = await WireClient.LoginAsync(cluster.Gateways[1].Port, users[2], app, sdk: "test/1");
        await using var other = await WireClient.LoginAsync(cluster.Gateways[0].Port, outsider);

        var reply = await cluster.Center(1).PushAsync(ClusterQueries.Text(app, "to all"));

        Assert.Equal(2u, reply.Rooms);
        Assert.Equal("to all", (await first.ReceiveAsync(104)).Text("chat_content"));
        Assert.Equal("to all", (await second.ReceiveAsync(104)).Text("chat_content"));
        Assert.Equal(reply.MessageId, (await third.ReceiveAsync(WireClient.Push)).Text("id"));

        // Had it gone to the other app too, it would stand before this one.
        await cluster.PushAsync(outsider, "to you alone");
        Assert.Equal("to you alone", (await other.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Push_ToNewJsonClient_CarriesTypeAndBytes()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var client = await WireClient.LoginAsync(cluster.Gateways[0].Port, user, sdk: "test/1");
        var request = new PushRequest
        {
            App = Cluster.DefaultApp,
            Users = new Users { Users_ = { user.Name } },
            Payload = ByteString.CopyFrom(0, 255, 1, 254),
            ContentType = "application/octet-stream",
            Type = "order.shipped",
            TtlMs = 60_000,
        };

        var reply = await cluster.Center().PushAsync(request);

        var frame = await client.ReceiveAsync(WireClient.Push);
        Assert.Equal(reply.MessageId, frame.Text("id"));
        Assert.Equal(Cluster.DefaultApp, frame.Text("app"));
        Assert.Equal([0, 255, 1, 254], frame.Json.GetProperty("payload_base64").GetBytesFromBase64());
        Assert.Equal("application/octet-stream", frame.Text("content_type"));
        Assert.Equal("order.shipped", frame.Text("type"));
        Assert.True(frame.Number("expires") > 0);
    }

    [Fact]
    public async Task Push_ToProtobufClient_ArrivesInVersion2()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var client = await WireClient.ConnectAsync(cluster.Gateways[1].Port, version: 2);
        await client.SendAsync(WireClient.Verify, new Contracts.Client.Verify { User = user.Name, Token = user.Token, Sdk = "test/1", Id = "v1" }.ToByteArray());
        var verified = await client.ReceiveAsync(WireClient.Verified);
        var result = Contracts.Client.VerifyResult.Parser.ParseFrom(verified.Body);
        Assert.Equal((2u, 1u, "v1"), (verified.Version, result.Code, result.Id));

        await cluster.PushAsync(user, "binary");

        var frame = await client.ReceiveAsync(WireClient.Push);
        Assert.Equal(2u, frame.Version);
        Assert.Equal("binary", Contracts.Client.PushDelivery.Parser.ParseFrom(frame.Body).Payload.ToStringUtf8());
    }

    [Fact]
    public async Task Push_BytesThatAreNoText_AreRefusedForChatClientsOnly()
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(2);
        await using var old = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0]);
        await using var modern = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[1], sdk: "test/1");
        var request = ClusterQueries.Text(Cluster.DefaultApp, "", users);
        request.Payload = ByteString.CopyFrom(0xff, 0xfe);

        var reply = await cluster.Center().PushAsync(request);

        Assert.Equal((UserOutcome.Types.Outcome.Refused, "not_text"), (reply.Outcomes[0].Outcome, reply.Outcomes[0].Code));
        Assert.Equal(UserOutcome.Types.Outcome.Sent, reply.Outcomes[1].Outcome);
        Assert.Equal([0xff, 0xfe], (await modern.ReceiveAsync(WireClient.Push)).Json.GetProperty("payload_base64").GetBytesFromBase64());
        await cluster.PushAsync(users[0], "text");
        Assert.Equal("text", (await old.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Push_ManyInARow_KeepTheirOrder()
    {
        const int Count = 200;
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        var center = cluster.Center();
        await using var client = await WireClient.LoginAsync(cluster.Gateways[1].Port, user);

        for (var i = 0; i < Count; i++)
        {
            await center.PushAsync(ClusterQueries.Text(Cluster.DefaultApp, $"{i}", user));
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal($"{i}", (await client.ReceiveAsync(102)).Text("chat_content"));
        }
    }
}
