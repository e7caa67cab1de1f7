using Microservices.Center.Tests.Support;

namespace Microservices.Center.Tests.Http;

/// <summary>Apps, tokens and rooms.</summary>
public sealed class AppsTests : IAsyncLifetime
{
    private HttpWorld _world = null!;

    private HttpCaller Http => _world.Http;

    public async ValueTask InitializeAsync() => _world = await HttpWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task PutApp_ThenGet_IsWhatWasPutWithItsTag()
    {
        var put = await Http.SendAsync("PUT", "/v1/apps/web", """{"session_per_device":true,"sender":"web","liveness_preset":"patient","revision":5}""", ("If-None-Match", "*"));
        var got = await Http.GetAsync("/v1/apps/web");

        Assert.Equal(put.Good().ToJsonString(), got.Good().ToJsonString());
        Assert.Equal((true, "web", "patient"), ((bool)got.Json["session_per_device"]!, (string?)got.Json["sender"], (string?)got.Json["liveness_preset"]));
        Assert.Equal($"\"{got.Json["revision"]}\"", got.Headers["ETag"]);
        Assert.Equal(put.Headers["ETag"], got.Headers["ETag"]);
        Assert.Contains((await Http.GetAsync("/v1/apps")).Good()["apps"]!.AsArray(), app => app!.ToJsonString() == got.Json.ToJsonString());
    }

    [Fact]
    public async Task PutApp_Preconditions_Hold()
    {
        var first = (await Http.SendAsync("PUT", "/v1/apps/web", "{}", ("If-None-Match", "*"))).Headers["ETag"];
        var second = await Http.SendAsync("PUT", "/v1/apps/web", """{"sender":"second"}""", ("If-Match", first));
        var late = await Http.SendAsync("PUT", "/v1/apps/web", """{"sender":"late"}""", ("If-Match", first));
        var twice = await Http.SendAsync("PUT", "/v1/apps/web", "{}", ("If-None-Match", "*"));

        second.Good();
        late.IsProblem(412, "precondition_failed", $"if_revision: app web has revision {second.Json["revision"]}, not {first.Trim('"')}", "if_revision");
        Assert.Equal((412, "precondition_failed"), (twice.Status, (string?)twice.Json["reason"]));
        Assert.Equal("second", (string?)(await Http.GetAsync("/v1/apps/web")).Good()["sender"]);
        foreach (var tag in new[] { "7", "W/\"7\"", "\"x\"", "*", "\"1\", \"2\"" })
        {
            (await Http.SendAsync("PUT", "/v1/apps/web", "{}", ("If-Match", tag)))
                .IsProblem(400, "invalid_argument", "If-Match: it takes one ETag as an answer about the app has it, such as \"7\".", "If-Match");
        }
    }

    [Fact]
    public async Task PutApp_BadField_IsNamedAsItStandsInTheBody()
    {
        (await Http.SendAsync("PUT", "/v1/apps/web", """{"silence_limit_ms":1}"""))
            .IsProblem(400, "invalid_argument", "silence_limit_ms: 1 is outside of 1000 to 86400000 (0 = the default)", "silence_limit_ms");
        (await Http.SendAsync("PUT", "/v1/apps/web", """{"name":"other"}""")).IsProblem(400, "invalid_argument", "name: the body has another one than the path.", "name");
        (await Http.GetAsync("/v1/apps/nothing")).IsProblem(404, "unknown_app", "There is no app 'nothing'.");
    }

    [Fact]
    public async Task Token_IssuedAndRevoked()
    {
        var room = await _world.World.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");

        var made = (string)(await Http.PostAsync("/v1/apps/default/users/a%2Fb%25/token", null)).Good()["token"]!;
        var given = (string)(await Http.PostAsync("/v1/apps/default/users/ann/token", """{"token":"0123456789abcdef"}""")).Good()["token"]!;
        var revoked = (await Http.SendAsync("DELETE", "/v1/apps/default/users/bob/token", null)).Good();
        var ofSlash = (await Http.SendAsync("DELETE", "/v1/apps/default/users/a%2Fb%25/token", null)).Good();

        Assert.InRange(made.Length, 40, 64);
        Assert.Equal("0123456789abcdef", given);
        Assert.Equal("""{"revoked":true,"sessions_ended":1}""", revoked.ToJsonString());
        Assert.Equal("""{"revoked":true,"sessions_ended":0}""", ofSlash.ToJsonString());
        (await Http.PostAsync("/v1/apps/default/users/ann/token", """{"token":"short"}""")).IsProblem(
            400, "invalid_argument", "token: it has 5 characters; it takes 16 to 512, or none to have one made.", "token");
    }

    [Fact]
    public async Task ListRooms_TellsThemAsGrpcDoes()
    {
        var room = await _world.World.OpenRoomAsync("room-1");

        var rooms = (await Http.GetAsync("/v1/rooms")).Good()["rooms"]!;

        Assert.Equal(
            $$"""[{"name":"room-1","incarnation":"{{room.Incarnation}}","zone":"here","addresses":["tcp://127.0.0.1:8124","tls://[::1]:8125"],"connections":0,"sessions":0,"draining":false}]""",
            rooms.ToJsonString());
    }
}
