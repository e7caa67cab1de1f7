using Microservices.Client;
using Microservices.Client.Endpoints;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;
using Microservices.Testing.Tokens;

namespace Microservices.Integration.Tests.Tokens;

/// <summary>An app whose login system signs its tokens, on real processes.</summary>
public sealed class SignedTokenProcessTests(SharedCluster shared)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly TestKey _key = TestKey.Create("ES256", "2026-01");

    [Fact]
    public async Task Keys_RotatedLive_LetInByTheNewOneOnly()
    {
        var cluster = await shared.GetAsync();
        var app = await NewAppAsync(cluster);
        var next = TestKey.Create("RS256", "2026-02");
        await UntilAsync(cluster, app, "early", "", _key);
        await using var stays = await LoginAsync(cluster, app, "stays", _key.Token("stays", app, Lifetime));

        await PutKeysAsync(cluster, app, _key, next);
        await UntilAsync(cluster, app, "both", "", _key, next);
        await PutKeysAsync(cluster, app, next);
        await UntilAsync(cluster, app, "new", "", next);
        await UntilAsync(cluster, app, "old", "wrong_token", _key);

        // Nobody is disconnected by a rotation.
        await stays.SendAsync(WireClient.Verify, new { user = "stays", token = next.Token("stays", app, Lifetime), app, sdk = "test/1", id = "r1" });
        var renewed = await stays.ReceiveAsync(WireClient.Verified);
        Assert.Equal((1, "r1"), (renewed.Number("code"), renewed.Text("id")));
    }

    [Fact]
    public async Task Token_RenewedLive_TheSessionOutlivesTheFirstOne()
    {
        var cluster = await shared.GetAsync();
        var app = await NewAppAsync(cluster, graceMs: 3_000);
        await UntilAsync(cluster, app, "early", "", _key);
        var first = DateTimeOffset.UtcNow;
        await using var client = await LoginAsync(cluster, app, "ann", _key.Token("ann", app, TimeSpan.FromSeconds(4), first));

        await client.SendAsync(WireClient.Verify, new { user = "ann", token = _key.Token("ann", app, Lifetime), app, sdk = "test/1", id = "r1" });
        var renewed = await client.ReceiveAsync(WireClient.Verified);
        await Eventually.HoldsAsync(() => DateTimeOffset.UtcNow > first.AddSeconds(8), "the first token's end and the grace are past");
        await client.SendAsync(WireClient.Verify, new { user = "bob", token = "", app, sdk = "test/1", id = "r2" });

        Assert.Equal((1, "r1"), (renewed.Number("code"), renewed.Text("id")));
        Assert.InRange(renewed.Number("token_expires_ms"), 200_000, 300_000);
        var refused = await client.ReceiveAsync(WireClient.Error);
        Assert.Equal(("r2", "already_verified"), (refused.Text("id"), refused.Text("reason")));
    }

    [Fact]
    public async Task Sdk_WithATokenProvider_RenewsOnTheLiveConnection()
    {
        var cluster = await shared.GetAsync();
        var app = await NewAppAsync(cluster, graceMs: 60_000);
        await UntilAsync(cluster, app, "early", "", _key);
        var (asked, logins) = (0, 0);
        await using var client = new PushClient(new PushClientOptions
        {
            App = app,
            User = "sdk",
            Endpoints = [new Endpoint("127.0.0.1", cluster.Gateways[0].Port)],
            TokenProvider = _ =>
            {
                Interlocked.Increment(ref asked);
                return ValueTask.FromResult(_key.Token("sdk", app, TimeSpan.FromSeconds(6)));
            },
        });
        client.StateChanged += state => _ = state.Phase == ClientPhase.Verified ? Interlocked.Increment(ref logins) : 0;

        client.Start();

        // Each login asks once; what is more was for renewals, and the last of them has been taken when the one after it is asked for.
        await Eventually.HoldsAsync(() => Volatile.Read(ref asked) - Volatile.Read(ref logins) >= 2 && logins > 0, "two renewals", cluster.State);
        Assert.Equal(ClientPhase.Verified, client.State.Phase);
    }

    [Fact]
    public async Task Token_Expired_ClosesTheSession()
    {
        var cluster = await shared.GetAsync();
        var app = await NewAppAsync(cluster, graceMs: 1);
        await UntilAsync(cluster, app, "early", "", _key);
        var token = _key.Token("ann", app, TimeSpan.FromSeconds(4));
        await using var client = await LoginAsync(cluster, app, "ann", token);

        var directive = await client.ReceiveAsync(WireClient.Directive);

        Assert.Equal(("logout", 4005), (directive.Text("action"), directive.Number("code")));
        Assert.Empty(await client.ReceiveToEndAsync());
        Assert.All(await ReasonsAsync(cluster, app, "ann", token), static reason => Assert.Equal("token_expired", reason));
        await cluster.WaitForPresenceAsync(new TestUser("ann", ""), online: false, app);
    }

    [Fact]
    public async Task Token_OfBeforeARevocation_DoesNotComeBack()
    {
        var cluster = await shared.GetAsync();
        var app = await NewAppAsync(cluster);
        var token = _key.Token("ann", app, Lifetime);
        await UntilAsync(cluster, app, "early", "", _key);
        await using var client = await WireClient.ConnectAsync(cluster.Gateways[0].Port);
        var verified = await VerifyAsync(client, app, "ann", token);

        var reply = await cluster.Center().RevokeTokenAsync(new RevokeTokenRequest { App = app, User = "ann" });

        Assert.Equal((true, 1u), (reply.Revoked, reply.SessionsEnded));
        Assert.Equal(4002, (await client.ReceiveAsync(WireClient.Directive)).Number("code"));
        Assert.All(await ReasonsAsync(cluster, app, "ann", token), static reason => Assert.Equal("wrong_token", reason));
        Assert.All(await ReasonsAsync(cluster, app, "ann", token, verified.Text("resume")!), static reason => Assert.Equal("wrong_token", reason));
        await UntilAsync(cluster, app, "ann", "", _key);
    }

    private static async Task<WireFrame> VerifyAsync(WireClient client, string app, string user, string token, string ticket = "")
    {
        await client.SendAsync(WireClient.Verify, new { user, token, app, resume = ticket, sdk = "test/1" });
        return await client.ReceiveAsync(WireClient.Verified);
    }

    private static async Task<WireClient> LoginAsync(Cluster cluster, string app, string user, string token)
    {
        var client = await WireClient.ConnectAsync(cluster.Gateways[0].Port);
        var answer = await VerifyAsync(client, app, user, token);
        Assert.True(answer.Number("code") == 1, $"{answer}");
        return client;
    }

    /// <summary>What each gateway says to a login; empty = it succeeds.</summary>
    private static async Task<List<string>> ReasonsAsync(Cluster cluster, string app, string user, string token, string ticket = "")
    {
        List<string> reasons = [];
        foreach (var gateway in cluster.Gateways)
        {
            await using var client = await WireClient.ConnectAsync(gateway.Port);
            var answer = await VerifyAsync(client, app, user, token, ticket);
            reasons.Add(answer.Json.TryGetProperty("reason", out var reason) ? reason.GetString()! : "");
        }

        return reasons;
    }

    /// <summary>Waits until every gateway says so to new tokens of all these keys: what is put reaches them a moment later.</summary>
    private static async Task UntilAsync(Cluster cluster, string app, string user, string reason, params TestKey[] keys)
    {
        foreach (var key in keys)
        {
            await Eventually.HoldsAsync(
                async () => (await ReasonsAsync(cluster, app, user, key.Token(user, app, Lifetime))).TrueForAll(one => one == reason),
                $"tokens of {key.Kid} are answered with '{reason}'",
                cluster.State);
        }
    }

    private static async Task PutKeysAsync(Cluster cluster, string app, params TestKey[] keys) =>
        await cluster.Center().PutAppAsync(new PutAppRequest { App = With(new AppDescription { Name = app }, keys) });

    private static AppDescription With(AppDescription app, params TestKey[] keys)
    {
        app.TokenKinds = "signed";
        app.TokenKeys.AddRange(keys.Select(static key => SigningKey.Parser.ParseJson(key.Jwk.ToJsonString())));
        return app;
    }

    private Task<string> NewAppAsync(Cluster cluster, uint graceMs = 0) => cluster.NewAppAsync(With(new AppDescription { TokenGraceMs = graceMs }, _key));
}
