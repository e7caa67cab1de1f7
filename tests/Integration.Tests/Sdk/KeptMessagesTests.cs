using System.Text;
using Google.Protobuf;
using Microservices.Client;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Sdk;

/// <summary>Kept messages, from the center's call to the handler of an SDK client and back to the inbox.</summary>
public sealed class KeptMessagesTests(SharedCluster shared)
{
    [Fact]
    public async Task Messages_WhileOffline_ArriveInOrderAndLeaveTheInbox()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        for (var i = 0; i < 100; i++)
        {
            await KeepAsync(cluster, user, $"{i}");
        }

        await using (var first = await SdkUser.ConnectAsync(cluster, user))
        {
            await first.WaitAsync(sdk => sdk.Pushes.Count == 100, "everything arrives");
            Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"{i}"), first.Pushes.Select(static push => push.Text));
            Assert.All(first.Pushes, static push => Assert.Equal("inbox", push.Channel));
            await UntilEmptyAsync(cluster, user);
        }

        await using var second = await SdkUser.ConnectAsync(cluster, user);
        await KeepAsync(cluster, user, "after that");
        await second.WaitAsync(static sdk => !sdk.Pushes.IsEmpty, "the next one arrives");
        Assert.Equal("after that", Assert.Single(second.Pushes).Text);
    }

    [Fact]
    public async Task Message_NotifyOnly_ComesWithoutItsPayloadAndNothingIsBehindIt()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        await using var sdk = await SdkUser.ConnectAsync(cluster, user);
        var payload = new byte[20_000];
        Random.Shared.NextBytes(payload);

        await cluster.Center().PushAsync(new PushRequest
        {
            App = Cluster.DefaultApp,
            Users = new Users { Users_ = { user.Name } },
            Payload = ByteString.CopyFrom(payload),
            ContentType = "application/pdf",
            Qos = Qos.AtLeastOnce,
            NotifyOnly = true,
        });
        await sdk.WaitAsync(static sdk => !sdk.Pushes.IsEmpty, "the notification arrives");
        var told = sdk.Pushes.Single();
        using var patience = new CancellationTokenSource(Eventually.DefaultDeadline);
        var beyond = told.Position!.Value with { Seq = told.Position.Value.Seq + 1 };

        Assert.Equal((true, 20_000L, 0), (told.IsNotify, told.Size, told.Payload.Length));
        var refused = await Assert.ThrowsAsync<PushClientException>(() => sdk.Client.FetchAsync("inbox", beyond, cancellationToken: patience.Token));
        Assert.Equal(Code.UnknownPosition, refused.Code);
    }

    [Fact]
    public async Task Fetch_InTheHandler_BringsThePayloadBeforeItIsAcknowledged()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        SdkUser? self = null;
        var fetched = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var sdk = await SdkUser.ConnectAsync(
            cluster,
            user,
            new Endpoint("127.0.0.1", cluster.Gateways[0].Port),
            async (push, cancellationToken) => fetched.SetResult((await self!.Client.FetchAsync(push, cancellationToken))?.Text));
        self = sdk;

        var request = ClusterQueries.Text(Cluster.DefaultApp, "the whole of it", user);
        (request.Qos, request.NotifyOnly) = (Qos.AtLeastOnce, true);
        await cluster.Center().PushAsync(request);

        Assert.Equal("the whole of it", await fetched.Task.WaitAsync(Eventually.DefaultDeadline));
        await UntilEmptyAsync(cluster, user);
    }

    [Fact]
    public async Task LinkCut_WhileAMessageIsHandled_ItIsHandledOnceAndAcknowledgedElsewhere()
    {
        var cluster = await shared.GetAsync();
        var user = (await cluster.NewUsersAsync(1))[0];
        var handled = new List<string>();
        using var permits = new SemaphoreSlim(0);
        await using var link = new CuttableLink(cluster.Gateways[0].Port);
        await using var sdk = await SdkUser.ConnectAsync(cluster, user, new Endpoint("127.0.0.1", link.Port), async (push, cancellationToken) =>
        {
            await permits.WaitAsync(cancellationToken);
            handled.Add(push.Text);
        });

        await KeepAsync(cluster, user, "first");
        await KeepAsync(cluster, user, "second");
        await sdk.WaitAsync(static sdk => !sdk.Pushes.IsEmpty, "the first one is being handled");
        link.Cut(next: cluster.Gateways[^1].Port);
        await sdk.WaitAsync(static sdk => sdk.Client.Received.Repeats >= 1, "it came again");
        permits.Release(10);

        await UntilEmptyAsync(cluster, user);
        Assert.Equal(["first", "second"], handled);
    }

    [Fact]
    public async Task MessageToAll_ReachesWhoIsThere_InItsChannel()
    {
        var cluster = await shared.GetAsync();
        var app = await cluster.NewAppAsync(new AppDescription { Name = $"all-{Guid.NewGuid():N}"[..20] });
        var user = (await cluster.NewUsersAsync(1, app))[0];
        await using var client = new PushClient(new PushClientOptions
        {
            App = app,
            User = user.Name,
            Token = user.Token,
            Endpoints = [new Endpoint("127.0.0.1", cluster.Gateways[0].Port)],
        });
        var pushes = new System.Collections.Concurrent.ConcurrentQueue<PushMessage>();
        client.PushReceived += pushes.Enqueue;
        using var patience = new CancellationTokenSource(Eventually.DefaultDeadline);
        await client.ConnectAsync(patience.Token);

        var request = new PushRequest
        {
            App = app,
            Everybody = new Everybody(),
            Payload = ByteString.CopyFrom("to all", Encoding.UTF8),
            ContentType = "text/plain",
            Qos = Qos.AtLeastOnce,
        };
        var reply = await cluster.Center().PushAsync(request);

        await Eventually.HoldsAsync(() => !pushes.IsEmpty, "the message to all arrives", cluster.State);
        var push = pushes.Single();
        Assert.Equal(("all", "to all"), (push.Channel, push.Text));
        Assert.Equal(new MessagePosition(reply.Position.Epoch, reply.Position.Seq), push.Position);
    }

    private static async Task KeepAsync(Cluster cluster, TestUser user, string text)
    {
        var request = ClusterQueries.Text(Cluster.DefaultApp, text, user);
        request.Qos = Qos.AtLeastOnce;
        var reply = await cluster.Center().PushAsync(request);
        Assert.Contains(reply.Outcomes.Single().Outcome, new[] { UserOutcome.Types.Outcome.Kept, UserOutcome.Types.Outcome.Sent });
    }

    private static Task UntilEmptyAsync(Cluster cluster, TestUser user) => Eventually.HoldsAsync(
        async () => (await cluster.Center().GetInboxAsync(new GetInboxRequest { App = Cluster.DefaultApp, User = user.Name })).Messages == 0,
        "everything is acknowledged",
        cluster.State);
}
