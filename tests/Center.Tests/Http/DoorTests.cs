using Microservices.Center.ApiKeys;
using Microservices.Center.Http.Operations;
using Microservices.Center.Tests.Support;

namespace Microservices.Center.Tests.Http;

/// <summary>Who may come in.</summary>
public sealed class DoorTests
{
    private const string NoKey = "This call needs a valid API key in the headers: authorization: Bearer mk_<id>_<secret>.";
    private const string WrongKey = "mk_all_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public async Task Request_WithoutKeyOrWithAWrongOne_GetsTheSameAnswerForEveryOperation()
    {
        await using var world = await HttpWorld.StartAsync(settings: ("ApiKeys:MaxFailuresPerMinute", "1000"));

        foreach (var key in new[] { null, "", "nonsense", WrongKey, world.World.Key[..^1] })
        {
            using var http = new HttpCaller(world.Address, key);
            foreach (var operation in OperationTable.All)
            {
                var answer = await http.SendAsync(operation.Verb, PathOf(operation), operation.Body == RequestBody.None ? null : "{}");
                answer.IsProblem(401, "unauthenticated", NoKey);
                Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
            }
        }
    }

    [Fact]
    public async Task Request_KeyElsewhereThanInTheHeader_IsNone()
    {
        await using var world = await HttpWorld.StartAsync();
        using var http = new HttpCaller(world.Address, key: null);
        var key = world.World.Key;

        foreach (var answer in new[]
        {
            await http.GetAsync($"/v1/apps?key={key}&access_token={key}"),
            await http.GetAsync("/v1/apps", ("Cookie", $"key={key}; Authorization={key}")),
            await http.GetAsync("/v1/apps", ("X-Api-Key", key)),
            await http.GetAsync("/v1/apps", ("Authorization", $"Basic {key}")),
            await http.GetAsync("/v1/apps", ("Authorization", key)),
        })
        {
            answer.IsProblem(401, "unauthenticated", NoKey);
        }
    }

    [Fact]
    public async Task Request_ManyWrongKeys_AreLimitedAndARightOneIsStillServed()
    {
        await using var world = await HttpWorld.StartAsync(settings: ("ApiKeys:MaxFailuresPerMinute", "3"));
        using var guesser = new HttpCaller(world.Address, WrongKey);
        for (var i = 0; i < 3; i++)
        {
            (await guesser.GetAsync("/v1/apps")).IsProblem(401, "unauthenticated", NoKey);
        }

        var refused = await guesser.GetAsync("/v1/apps");

        refused.IsProblem(429, "rate_limited", "Too many wrong API keys from this address; wait a minute.");
        Assert.Equal("60", refused.Headers["Retry-After"]);
        (await world.Http.GetAsync("/v1/apps")).Good();
    }

    [Fact]
    public async Task Request_KeyWithoutTheScope_IsForbiddenForEveryOperation()
    {
        var keys = new Dictionary<string, string>();
        await using var world = await HttpWorld.StartAsync(world =>
        {
            foreach (var scope in ApiScope.Names)
            {
                keys[scope] = ApiKeyFile.Add(world.KeyFile, scope, ["*"], [scope]);
            }
        });

        foreach (var operation in OperationTable.All)
        {
            var other = operation.Scope == ApiScope.Push ? ApiScope.Kick : ApiScope.Push;
            using var http = new HttpCaller(world.Address, keys[other]);
            (await http.SendAsync(operation.Verb, PathOf(operation), operation.Body == RequestBody.None ? null : "{}"))
                .IsProblem(403, "forbidden", $"API key '{other}' has no scope '{operation.Scope}'; it has: {other}.");
        }
    }

    [Fact]
    public async Task Request_KeyForAnotherApp_IsForbiddenForEveryOperationOfAnApp()
    {
        var key = "";
        await using var world = await HttpWorld.StartAsync(world => key = ApiKeyFile.Add(world.KeyFile, "crm", ["shop"], ["*"]));
        using var http = new HttpCaller(world.Address, key);
        var ofApps = OperationTable.All.Where(operation => operation.Path.StartsWith("/v1/apps/{", StringComparison.Ordinal)).ToArray();

        Assert.True(ofApps.Length > 10);
        foreach (var operation in ofApps)
        {
            (await http.SendAsync(operation.Verb, PathOf(operation), operation.Body == RequestBody.None ? null : "{}"))
                .IsProblem(403, "forbidden", "API key 'crm' is not for app 'default'.");
        }

        (await http.PostAsync("/v1/kick-jobs", """{"app":"default","everybody":true}""")).IsProblem(403, "forbidden", "API key 'crm' is not for app 'default'.");
        (await http.GetAsync("/v1/rooms")).IsProblem(403, "forbidden", "API key 'crm' is not for all apps, which this call needs.");
        Assert.Equal("shop", (string?)Assert.Single((await http.GetAsync("/v1/apps")).Good()["apps"]!.AsArray())!["name"]);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task Request_FromAPageOfAnotherSite_IsRefusedEvenWithAKey(string header, string value)
    {
        await using var world = await HttpWorld.StartAsync();

        foreach (var answer in new[]
        {
            await world.Http.GetAsync("/v1/apps", (header, value)),
            await world.Http.PostAsync("/v1/apps/default/kick", """{"users":["bob"]}""", (header, value)),
            await world.Http.GetAsync("/v1/openapi.json", (header, value)),
            await world.Http.GetAsync("/v1/nothing", (header, value)),
        })
        {
            answer.IsProblem(403, "forbidden", "The request comes from a page of another site, which may not call this API.");
            Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task Preflight_OfAnotherSite_GetsNoPermission()
    {
        await using var world = await HttpWorld.StartAsync();
        using var http = new HttpCaller(world.Address, key: null);

        var refused = await http.SendAsync(
            "OPTIONS", "/v1/apps/default/messages", null, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
        var sameSite = await http.SendAsync("OPTIONS", "/v1/apps/default/messages", null);

        Assert.Equal(403, refused.Status);
        sameSite.IsProblem(405, "method_not_allowed", "This path takes POST.");
        Assert.DoesNotContain(refused.Headers.Keys.Concat(sameSite.Headers.Keys), name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Form_OfAPage_IsRefusedByItsType()
    {
        await using var world = await HttpWorld.StartAsync();

        foreach (var type in new[] { "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json", "application/json; charset=utf-16" })
        {
            using var content = new StringContent("""{"users":["bob"],"payload":"x"}""");
            content.Headers.Remove("Content-Type");
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var reply = await world.Http.RequestAsync("POST", "/v1/apps/default/messages", content, HttpCompletionOption.ResponseContentRead);
            (await HttpAnswer.ReadAsync(reply)).IsProblem(
                415, "unsupported_media_type", "The body must be declared as 'content-type: application/json' (UTF-8).");
        }
    }

    [Fact]
    public async Task Request_FromThePageOfTheCenter_IsServed()
    {
        await using var world = await HttpWorld.StartAsync();

        (await world.Http.GetAsync("/v1/apps", ("Sec-Fetch-Site", "same-origin"), ("Origin", world.Address.GetLeftPart(UriPartial.Authority)))).Good();
        (await world.Http.GetAsync("/v1/apps", ("Origin", world.Address.GetLeftPart(UriPartial.Authority)))).Good();
    }

    [Fact]
    public async Task Request_MethodInAHeaderOrParameter_IsNotHeard()
    {
        await using var world = await HttpWorld.StartAsync();

        (await world.Http.PostAsync("/v1/apps/default", "{}", ("X-HTTP-Method-Override", "PUT"), ("X-HTTP-Method", "PUT")))
            .IsProblem(405, "method_not_allowed", "This path takes GET, PUT.");
        (await world.Http.GetAsync("/v1/apps/default?_method=PUT", ("X-HTTP-Method-Override", "PUT"))).Good();
        var wrong = await world.Http.SendAsync("DELETE", "/v1/apps/default", null);
        Assert.Equal("GET, PUT", wrong.Headers["Allow"]);
        (await world.Http.GetAsync("/v1/nothing/here")).IsProblem(404, "not_found", "There is nothing at this path; /v1/openapi.json lists what there is.");
    }

    [Fact]
    public async Task OtherPorts_HaveNoHttpApi()
    {
        await using var world = await HttpWorld.StartAsync();
        using var admin = new HttpCaller(world.World.Center.Admin, world.World.Key);

        Assert.Equal(404, (await admin.GetAsync("/v1/apps")).Status);
        Assert.Equal(404, (await world.Http.GetAsync("/metrics")).Status);
        Assert.Equal(404, (await world.Http.GetAsync("/healthz")).Status);
    }

    private static string PathOf(Operation operation) => operation.Path
        .Replace("{app}", "default", StringComparison.Ordinal).Replace("{name}", "default", StringComparison.Ordinal)
        .Replace("{user}", "bob", StringComparison.Ordinal).Replace("{id}", "1", StringComparison.Ordinal);
}
