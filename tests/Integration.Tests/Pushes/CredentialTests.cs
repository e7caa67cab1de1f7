using Grpc.Core;
using Grpc.Net.Client;
using Microservices.Contracts.Center;
using Microservices.Clusters;
using Microservices.Integration.Tests.Wire;

namespace Microservices.Integration.Tests.Pushes;

/// <summary>Who may stay, who must go, and who may say so.</summary>
public sealed class CredentialTests(SharedCluster shared)
{
    [Theory]
    [InlineData(null)]
    [InlineData("test/1")]
    public async Task Kick_ConnectedClient_IsClosedAndOffline(string? sdk)
    {
        var cluster = await shared.GetAsync();
        var users = await cluster.NewUsersAsync(2);
        await using var client = await WireClient.LoginAsync(cluster.Gateways[1].Port, users[0], sdk: sdk);

        var reply = await cluster.Center().KickAsync(new KickRequest
        {
            App = Cluster.DefaultApp,
            Users = { users[0].Name, users[1].Name },
            Reason = "closing time",
        });

        Assert.Equal(
            [UserOutcome.Types.Outcome.Sent, UserOutcome.Types.Outcome.Offline],
            reply.Outcomes.Select(static outcome => outcome.Outcome));
        AssertClosedBecause(4001, await client.ReceiveToEndAsync(), sdk);
        await cluster.WaitForPresenceAsync(users[0], online: false);
    }

    [Fact]
    public async Task IssuedToken_LogsIn_UntilItIsRevoked()
    {
        var cluster = await shared.GetAsync();
        var center = cluster.Center(1);
        var name = $"issued-{Guid.NewGuid():N}";
        var issued = await center.IssueTokenAsync(new IssueTokenRequest { App = Cluster.DefaultApp, User = name });
        var user = new TestUser(name, issued.Token);
        await using var client = await WireClient.LoginAsync(cluster.Gateways[0].Port, user, sdk: "test/1");

        var revoked = await center.RevokeTokenAsync(new RevokeTokenRequest { App = Cluster.DefaultApp, User = name });

        Assert.Equal((true, 1u), (revoked.Revoked, revoked.SessionsEnded));
        AssertClosedBecause(4002, await client.ReceiveToEndAsync(), "test/1");
        await cluster.WaitForPresenceAsync(user, online: false);
        await using var again = await WireClient.ConnectAsync(cluster.Gateways[0].Port);
        await again.SendAsync(WireClient.Verify, new { phone_number = name, token = issued.Token });
        Assert.Equal(0, (await again.ReceiveAsync(WireClient.Verified)).Number("code"));
    }

    [Fact]
    public async Task Center_WithoutAKeyItKnows_IsUnauthenticated()
    {
        var cluster = await shared.GetAsync();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{cluster.Centers[0].Port}");
        var stranger = new CenterClient(channel);
        var request = new GetPresenceRequest { App = Cluster.DefaultApp, Users = { "anybody" } };

        var without = await Assert.ThrowsAsync<RpcException>(async () => await stranger.GetPresenceAsync(request));
        var wrong = await Assert.ThrowsAsync<RpcException>(async () =>
            await stranger.GetPresenceAsync(request, new Metadata { { "authorization", "Bearer nothing-that-is-known" } }));

        Assert.Equal((StatusCode.Unauthenticated, StatusCode.Unauthenticated), (without.StatusCode, wrong.StatusCode));
    }

    [Fact]
    public async Task ListOnline_PageByPage_NamesEveryClientOnce()
    {
        var cluster = await shared.GetAsync();
        var center = cluster.Center();
        var app = await cluster.NewAppAsync(new AppDescription());
        var users = await cluster.NewUsersAsync(7, app);
        var clients = await Task.WhenAll(users.Select((user, i) => WireClient.LoginAsync(cluster.Gateways[i % 2].Port, user, app)));

        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = await center.ListOnlineAsync(new ListOnlineRequest { App = app, Cursor = cursor, Limit = 2 });
            seen.AddRange(page.Sessions.Select(static session => session.User));
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);

        Assert.Equal(users.Select(static user => user.Name).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    // A client of the chat protocol knows no directives: for it the end of the stream is enough.
    private static void AssertClosedBecause(int code, List<WireFrame> frames, string? sdk)
    {
        var directive = frames.SingleOrDefault(static frame => frame.Command == WireClient.Directive);
        Assert.True(sdk is null || directive is not null, $"No directive among {string.Join("; ", frames)}");
        if (directive is not null)
        {
            Assert.Equal(code, directive.Number("code"));
        }
    }
}
