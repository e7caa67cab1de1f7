using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Microservices.Center.ApiKeys;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Center.Tests.Components;

public sealed class AuthenticationTests
{
    private const string WrongKey = "mk_all_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Unauthenticated = "This call needs a valid API key in the metadata: authorization: Bearer mk_<id>_<secret>.";

    [Fact]
    public async Task Call_WithoutKeyOrWithAWrongOne_GetsTheSameAnswer()
    {
        await using var world = await World.StartAsync();

        foreach (var key in new[] { null, "", "nonsense", WrongKey, "mk_nobody_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", world.Key[..^1] })
        {
            await Refused.WithAsync(RefusalCode.Unauthenticated, Unauthenticated, world.Center.Client(key).ListAppsAsync(new ListAppsRequest()));
        }
    }

    [Fact]
    public async Task Call_ManyWrongKeys_AreLimitedAndARightOneIsStillServed()
    {
        await using var world = await World.StartAsync(settings: ("ApiKeys:MaxFailuresPerMinute", "3"));
        var guesser = world.Center.Client(WrongKey);
        for (var i = 0; i < 3; i++)
        {
            await Refused.WithAsync(RefusalCode.Unauthenticated, Unauthenticated, guesser.ListAppsAsync(new ListAppsRequest()));
        }

        var refused = await Refused.WithAsync(
            RefusalCode.RateLimited, "Too many wrong API keys from this address; wait a minute.", guesser.ListAppsAsync(new ListAppsRequest()));

        Assert.Equal("60000", refused.Trailers.GetValue("retry-after-ms"));
        Assert.Equal(2, (await world.Client.ListAppsAsync(new ListAppsRequest())).Apps.Count);
    }

    [Fact]
    public async Task Call_ExpiredKey_SaysSo()
    {
        var key = "";
        await using var world = await World.StartAsync(world =>
            key = ApiKeyFile.Add(world.KeyFile, "old", ["*"], ["*"], expires: new DateTimeOffset(2020, 1, 31, 0, 0, 0, TimeSpan.Zero)));

        await Refused.WithAsync(
            RefusalCode.Unauthenticated, "API key 'old' expired at 2020-01-31 00:00:00Z.", world.Center.Client(key).ListAppsAsync(new ListAppsRequest()));
    }

    [Fact]
    public async Task Call_KeyAddedToTheFile_IsTakenUp()
    {
        await using var world = await World.StartAsync();
        var key = ApiKeyFile.Add(world.KeyFile, "new", ["*"], ["*"]);

        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await world.Center.Client(key).ListAppsAsync(new ListAppsRequest());
                    return true;
                }
                catch (RpcException fault) when (fault.StatusCode is StatusCode.Unauthenticated or StatusCode.ResourceExhausted)
                {
                    return false;
                }
            },
            "the new key is known");
    }

    [Fact]
    public async Task Call_KeyWithoutTheScope_IsForbiddenForEveryMethod()
    {
        var keys = new Dictionary<string, string>();
        await using var world = await World.StartAsync(world =>
        {
            foreach (var scope in ApiScope.Names)
            {
                keys[scope] = ApiKeyFile.Add(world.KeyFile, scope, ["default"], [scope]);
            }
        });
        var methods = Contracts.Center.CenterReflection.Descriptor.Services.Single().Methods;

        Assert.Equal(18, methods.Count);
        foreach (var method in methods)
        {
            var needed = ScopeOf(method.Name);
            var other = needed == ApiScope.Push ? ApiScope.Kick : ApiScope.Push;
            var refused = await CallAsync(world.Center, method.Name, keys[other]);
            Assert.Equal(
                (StatusCode.PermissionDenied, "forbidden", $"API key '{other}' has no scope '{needed}'; it has: {other}."),
                (refused.StatusCode, refused.Trailers.GetValue("code"), refused.Status.Detail));
        }
    }

    [Fact]
    public async Task Call_KeyForAnotherApp_IsForbidden()
    {
        var key = "";
        await using var world = await World.StartAsync(world => key = ApiKeyFile.Add(world.KeyFile, "crm", ["shop"], ["*"]));
        var client = world.Center.Client(key);
        const string Sentence = "API key 'crm' is not for app 'default'.";

        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.PushAsync(new PushRequest { App = "default" }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.KickAsync(new KickRequest { App = "default" }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.GetPresenceAsync(new GetPresenceRequest { App = "default" }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.ListOnlineAsync(new ListOnlineRequest { App = "default" }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.IssueTokenAsync(new IssueTokenRequest { App = "default" }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.RevokeTokenAsync(new RevokeTokenRequest { App = "default" }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "default" } }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.GetAppAsync(new GetAppRequest { Name = "default" }));
        await Refused.WithAsync(RefusalCode.Forbidden, "API key 'crm' is not for all apps, which this call needs.", client.ListRoomsAsync(new ListRoomsRequest()));
        Assert.Equal("shop", Assert.Single((await client.ListAppsAsync(new ListAppsRequest())).Apps).Name);
    }

    [Fact]
    public async Task Health_WithoutKey_Answers()
    {
        await using var world = await World.StartAsync();

        var reply = await new Health.HealthClient(world.Center.Invoker).CheckAsync(new HealthCheckRequest { Service = "microservices.center.v1.Center" });

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, reply.Status);
    }

    [Fact]
    public async Task Call_UnknownMethod_IsUnimplemented()
    {
        await using var world = await World.StartAsync();

        var refused = await CallAsync(world.Center, "Fly", world.Key);

        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }

    [Fact]
    public async Task Start_WithoutKeyFile_FailsWithAClearMessage()
    {
        await using var world = await World.StartAsync();

        var fault = await Assert.ThrowsAnyAsync<Exception>(
            () => RunningCenter.StartAsync(world.Bus, world.Register.Address.ToString(), "/nowhere/api-keys.json"));

        Assert.Contains("There is no file '/nowhere/api-keys.json'. Make one with: ", fault.Message, StringComparison.Ordinal);
    }

    private static string ScopeOf(string method) => method switch
    {
        "Push" => ApiScope.Push,
        "Kick" or "StartKick" or "GetKick" or "WatchKick" or "CancelKick" => ApiScope.Kick,
        "GetPresence" or "ListOnline" or "WatchPresence" => ApiScope.Presence,
        "IssueToken" or "RevokeToken" => ApiScope.Tokens,
        "PutApp" or "GetApp" or "ListApps" => ApiScope.Apps,
        "GetInbox" or "ListDeadLetters" or "GetLedger" => ApiScope.Messages,
        "ListRooms" => ApiScope.Rooms,
        _ => throw new InvalidOperationException($"Say which scope {method} needs."),
    };

    // Empty requests: the key is judged before anything else. A refusal of a stream looks like that of a unary call.
    private static async Task<RpcException> CallAsync(RunningCenter center, string name, string key)
    {
        var bytes = Marshallers.Create(static (byte[] message) => message, static message => message);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "microservices.center.v1.Center", name, bytes, bytes);
        var options = new CallOptions(new Metadata { { "authorization", $"Bearer {key}" } });
        return await Assert.ThrowsAsync<RpcException>(async () => await center.Invoker.AsyncUnaryCall(method, null, options, []));
    }
}
