using System.Text;
using Microservices.Center.ApiKeys;
using Microservices.Center.Tests.Support;
using Microservices.Testing;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Center.Tests.Http;

public sealed class PresenceTests
{
    private readonly ChangeSource _source = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetPresence_ByBodyAndByQuery_TellTheSame()
    {
        await using var world = await HttpWorld.StartAsync();
        var room = await world.World.OpenRoomAsync("room-1");
        await room.LoginAsync("a/b c", device: "phone");

        var byBody = (await world.Http.PostAsync("/v1/apps/default/presence", """{"users":["a/b c","off"]}""")).Good();
        var byQuery = (await world.Http.GetAsync("/v1/apps/default/presence?user=a%2Fb%20c&user=off")).Good();

        Assert.Equal(byBody["users"]!.ToJsonString(), byQuery["users"]!.ToJsonString());
        var (on, off) = (byBody["users"]![0]!, byBody["users"]![1]!);
        Assert.Equal(("a/b c", true, "off", false), ((string?)on["user"], (bool)on["online"]!, (string?)off["user"], (bool)off["online"]!));
        var session = on["sessions"]![0]!;
        Assert.Equal(("room-1", "phone", "alive", 2), ((string?)session["room"], (string?)session["device"], (string?)session["state"], (int)session["client_version"]!));
        Assert.True(ulong.Parse((string)session["epoch"]!, System.Globalization.CultureInfo.InvariantCulture) > 0);
        (await world.Http.GetAsync("/v1/apps/default/presence")).IsProblem(400, "invalid_argument", "users: there are none; a call takes 1 to 1,000.", "users");
    }

    [Fact]
    public async Task ListOnline_Pages_HaveEverybodyOnce()
    {
        await using var world = await HttpWorld.StartAsync();
        var room = await world.World.OpenRoomAsync("room-1");
        string[] users = ["ann", "bob", "cid", "dan", "eva"];
        foreach (var user in users)
        {
            await room.LoginAsync(user);
        }

        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = (await world.Http.GetAsync($"/v1/apps/default/sessions?limit=2&cursor={Uri.EscapeDataString(cursor)}")).Good();
            seen.AddRange(page["sessions"]!.AsArray().Select(session => (string)session!["user"]!));
            cursor = (string?)page["next_cursor"] ?? "";
        }
        while (cursor.Length > 0);

        Assert.Equal(users, seen.Order());
    }

    [Theory]
    [InlineData("GET", "?user=ann", null)]
    [InlineData("POST", "", """{"users":["ann"]}""")]
    public async Task WatchPresence_Changes_ComeAsEvents(string verb, string query, string? body)
    {
        await using var world = await HttpWorld.StartAsync();
        await using var events = await HttpEvents.OpenAsync(
            world.Http, verb, $"/v1/apps/default/presence/events{query}", body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"));
        var first = await events.NextAsync();
        var (bob, ann) = (_source.Next(Kind.Online, "bob"), _source.Next(Kind.Offline, "ann", epoch: ulong.MaxValue, device: "phone", code: 4001));

        await world.World.Bus.PublishPresenceAsync(bob, Stop);
        await world.World.Bus.PublishPresenceAsync(ann, Stop);
        var second = await events.NextAsync();

        Assert.Equal(("read_now", """{"why":"started"}"""), (first?.Name, first?.Data?.ToJsonString()));
        Assert.Equal("change", second?.Name);
        var change = second!.Value.Data!;
        Assert.Equal(
            ("offline", "ann", "phone", "kicked", "18446744073709551615"),
            ((string?)change["kind"], (string?)change["user"], (string?)change["device"], (string?)change["code"], (string?)change["epoch"]));
    }

    [Fact]
    public async Task WatchPresence_NothingHappens_ShowsThatItIsAlive()
    {
        await using var world = await HttpWorld.StartAsync(settings: ("HttpLimits:EventKeepAlive", "00:00:00.100"));
        await using var events = await HttpEvents.OpenAsync(world.Http, "GET", "/v1/apps/default/presence/events");

        Assert.Equal("read_now", (await events.NextAsync())?.Name);
        Assert.Equal(("", null), await events.NextAsync());
        Assert.Equal(("", null), await events.NextAsync());
    }

    [Fact]
    public async Task WatchPresence_KeyIsTakenAway_EndsWithAnErrorEvent()
    {
        var key = "";
        await using var world = await HttpWorld.StartAsync(world => key = ApiKeyFile.Add(world.KeyFile, "brief", ["*"], [ApiScope.Presence]));
        using var http = new HttpCaller(world.Address, key);
        await using var events = await HttpEvents.OpenAsync(http, "GET", "/v1/apps/default/presence/events");
        Assert.Equal("read_now", (await events.NextAsync())?.Name);

        File.Delete(world.World.KeyFile);
        ApiKeyFile.Create(world.World.KeyFile, "other", ["*"], ["*"]);
        var last = await events.NextAsync();

        Assert.Equal("error", last?.Name);
        Assert.Equal(
            (401, "unauthenticated", "API key 'brief' is not valid any more."),
            ((int)last!.Value.Data!["status"]!, (string?)last.Value.Data["reason"], (string?)last.Value.Data["detail"]));
        Assert.Null(await events.NextAsync());
    }

    [Fact]
    public async Task WatchPresence_CallerLeaves_IsForgotten()
    {
        await using var world = await HttpWorld.StartAsync(settings: ("Presence:MaxWatchers", "1"));
        await using (var events = await HttpEvents.OpenAsync(world.Http, "GET", "/v1/apps/default/presence/events"))
        {
            Assert.Equal("read_now", (await events.NextAsync())?.Name);
            var refused = await world.Http.GetAsync("/v1/apps/default/presence/events");
            Assert.Equal((429, "limit_reached"), (refused.Status, (string?)refused.Json["reason"]));
        }

        await Eventually.HoldsAsync(
            async () => (await world.World.Center.MetricsAsync()).Contains("center_presence_watchers 0", StringComparison.Ordinal), "the watcher is gone");
    }
}
