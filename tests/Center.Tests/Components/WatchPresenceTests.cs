using Grpc.Core;
using Microservices.Center.ApiKeys;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Center.Tests.Components;

public sealed class WatchPresenceTests
{
    private readonly ChangeSource _source = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WatchPresence_AppUserAndSet_ToldWhatConcernsThem()
    {
        await using var world = await World.StartAsync();
        await using var app = await Watch.StartAsync(world.Client, "default");
        await using var user = await Watch.StartAsync(world.Client, "default", "ann");
        await using var set = await Watch.StartAsync(world.Client, "default", "ann", "bob");
        await using var other = await Watch.StartAsync(world.Client, "shop");

        await TellAsync(world, Kind.Online, "ann");
        await TellAsync(world, Kind.Away, "cid");
        await TellAsync(world, Kind.Offline, "bob");
        await TellAsync(world, Kind.Back, "cid", "shop");

        await app.SeesAsync("STARTED", "Online ann", "Away cid", "Offline bob");
        await user.SeesAsync("STARTED", "Online ann");
        await set.SeesAsync("STARTED", "Online ann", "Offline bob");
        await other.SeesAsync("STARTED", "Back cid");
    }

    [Fact]
    public async Task WatchPresence_Change_HasAllFieldsOfTheEvent()
    {
        await using var world = await World.StartAsync();
        await using var watch = await Watch.StartAsync(world.Client);
        var told = _source.Next(Kind.Offline, "ann", epoch: 77, device: "phone", code: 4001);

        await world.Bus.PublishPresenceAsync(told, Stop);

        await watch.SeesAsync("STARTED", "Offline ann");
        Assert.Equal(
            new PresenceChange
            {
                Kind = PresenceChange.Types.Kind.Offline,
                User = "ann",
                Device = "phone",
                Epoch = 77,
                Change = told.Change,
                Code = "kicked",
                Room = "room-1",
                RemoteAddress = "192.0.2.1:4711",
                AtUnixMs = 1_767_225_600_000,
                LastSeenUnixMs = 1_767_225_599_000,
                Sdk = "test/1",
                ClientVersion = 2,
            },
            watch.Updates[1].Change);
    }

    [Fact]
    public async Task WatchPresence_RepeatsAndALoss_RepeatsAreDroppedAndTheLossIsTold()
    {
        await using var world = await World.StartAsync(settings: ("Presence:ReadNowEvery", "00:00:00"));
        await using var watch = await Watch.StartAsync(world.Client);
        var first = _source.Next(Kind.Online, "ann");

        await world.Bus.PublishPresenceAsync(first, Stop);
        await world.Bus.PublishPresenceAsync(first, Stop);
        await watch.SeesAsync("STARTED", "Online ann");
        _source.Next(Kind.Offline, "ann");
        await TellAsync(world, Kind.Online, "ann");

        await watch.SeesAsync("STARTED", "Online ann", "LOST", "Online ann");
        Assert.Contains("center_presence_losses_total{cause=\"gap\"} 1", await world.Center.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchPresence_WatcherDoesNotRead_FallsBehindAndOthersDoNot()
    {
        await using var world = await World.StartAsync(settings: ("Presence:MaxWaitingChanges", "100"));
        using var slow = world.Client.WatchPresence(new WatchPresenceRequest { App = "default" });
        Assert.True(await slow.ResponseStream.MoveNext(Stop));
        await using var quick = await Watch.StartAsync(world.Client, "default", "ann");

        await FillAsync(world);

        await TellAsync(world, Kind.Offline, "ann");
        await quick.SeesAsync("STARTED", "Offline ann");

        // It goes on after it has read what was under way.
        PresenceUpdate update;
        do
        {
            Assert.True(await slow.ResponseStream.MoveNext(Stop));
            update = slow.ResponseStream.Current;
        }
        while (update.KindCase != PresenceUpdate.KindOneofCase.ReadNow);

        Assert.Equal(ReadNow.Types.Why.FellBehind, update.ReadNow.Why);
    }

    [Fact]
    public async Task WatchPresence_WatcherDoesNotReadWhileTheCenterStops_IsCutAndTheCenterEnds()
    {
        await using var world = await World.StartAsync(settings: ("Presence:MaxWaitingChanges", "100"));
        using var slow = world.Client.WatchPresence(new WatchPresenceRequest { App = "default" });
        Assert.True(await slow.ResponseStream.MoveNext(Stop));
        await FillAsync(world);

        await world.Center.StopAsync().WaitAsync(Eventually.DefaultDeadline, Stop);

        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await slow.ResponseStream.MoveNext(Stop))
            {
                // What was under way.
            }
        });
    }

    [Fact]
    public async Task WatchPresence_BusIsAway_TryLaterAndItStartsWhenTheBusIsThere()
    {
        var there = new TaskCompletionSource();
        await using var world = await World.StartAsync(
            world => world.Bus.PresenceMayBegin = there.Task, ("Presence:StartTimeout", "00:00:00.200"));

        await RefusedAsync(
            world.Client, new WatchPresenceRequest { App = "default" }, RefusalCode.TryLater,
            "The message bus, by which this center hears of changes, is away. Try again in 1000 ms.");
        there.SetResult();

        await Eventually.HoldsAsync(async () => await StartsAsync(world.Client), "the watch starts");
    }

    [Fact]
    public async Task WatchPresence_BadInput_IsRefusedWithFieldValueAndLimit()
    {
        var key = "";
        await using var world = await World.StartAsync(world => key = ApiKeyFile.Add(world.KeyFile, "crm", ["shop"], ["push"]));
        var many = Enumerable.Range(0, 1_001).Select(i => $"user-{i}");

        await RefusedAsync(world.Client, new WatchPresenceRequest { App = "nothing" }, RefusalCode.UnknownApp, "There is no app 'nothing'.");
        await RefusedAsync(
            world.Client, new WatchPresenceRequest { App = "default", Users = { "ann", "bob", "ann" } }, RefusalCode.InvalidArgument,
            "users[2]: 'ann' is there twice; users must not repeat.");
        await RefusedAsync(
            world.Client, new WatchPresenceRequest { App = "default", Users = { many } }, RefusalCode.TooManyRecipients,
            "users: there are 1,001; a call takes 1 to 1,000.");
        await RefusedAsync(
            world.Client, new WatchPresenceRequest { App = "default", Users = { new string('x', 129) } }, RefusalCode.InvalidArgument,
            "users[0]: user has 129 bytes; it takes 1 to 128.");
        await RefusedAsync(
            world.Center.Client(key), new WatchPresenceRequest { App = "shop" }, RefusalCode.Forbidden, "API key 'crm' has no scope 'presence'; it has: push.");
    }

    [Fact]
    public async Task WatchPresence_MoreThanTheLimit_IsRefusedUntilOneLeaves()
    {
        await using var world = await World.StartAsync(settings: ("Presence:MaxWatchers", "2"));
        await using var stays = await Watch.StartAsync(world.Client);
        var leaves = await Watch.StartAsync(world.Client, "shop");

        await RefusedAsync(
            world.Client, new WatchPresenceRequest { App = "default" }, RefusalCode.LimitReached,
            "This center has 2 watchers of presence; the limit is 2.");
        await leaves.DisposeAsync();

        await Eventually.HoldsAsync(async () => await StartsAsync(world.Client), "there is room for another");
        await Eventually.HoldsAsync(
            async () => (await world.Center.MetricsAsync()).Contains("center_presence_watchers 1\n", StringComparison.Ordinal), "one is left");
    }

    [Fact]
    public async Task WatchPresence_KeyIsTakenAway_EndsUnauthenticated()
    {
        var key = "";
        await using var world = await World.StartAsync(world => key = ApiKeyFile.Add(world.KeyFile, "crm", ["shop"], ["presence"]));
        await using var withKey = await Watch.StartAsync(world.Center.Client(key), "shop");
        await using var other = await Watch.StartAsync(world.Client, "shop");

        var mine = (await File.ReadAllTextAsync(world.KeyFile, Stop)).Replace("\"crm\"", "\"somebody-else\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(world.KeyFile, mine, Stop);

        var ended = await withKey.Ended;
        Assert.Equal(
            (StatusCode.Unauthenticated, "unauthenticated", "API key 'crm' is not valid any more."),
            (ended!.StatusCode, ended.Trailers.GetValue("code"), ended.Status.Detail));
        await TellAsync(world, Kind.Online, "ann", "shop");
        await other.SeesAsync("STARTED", "Online ann");
    }

    [Fact]
    public async Task WatchPresence_ScopeIsTakenAway_EndsForbidden()
    {
        var key = "";
        await using var world = await World.StartAsync(world => key = ApiKeyFile.Add(world.KeyFile, "crm", ["shop"], ["presence"]));
        await using var watch = await Watch.StartAsync(world.Center.Client(key), "shop");

        var narrowed = (await File.ReadAllTextAsync(world.KeyFile, Stop)).Replace("\"presence\"", "\"push\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(world.KeyFile, narrowed, Stop);

        var ended = await watch.Ended;
        Assert.Equal(
            (StatusCode.PermissionDenied, "API key 'crm' is not for scope 'presence' of app 'shop' any more."), (ended!.StatusCode, ended.Status.Detail));
    }

    [Fact]
    public async Task WatchPresence_CenterStops_EndsSoThatTheWatcherGoesElsewhere()
    {
        await using var world = await World.StartAsync();
        await using var watch = await Watch.StartAsync(world.Client);

        await world.Center.StopAsync();

        var ended = await watch.Ended;
        Assert.Equal(
            (StatusCode.Unavailable, "going_away", "This center stops; another one takes the watch."),
            (ended!.StatusCode, ended.Trailers.GetValue("code"), ended.Status.Detail));
    }

    private static async Task RefusedAsync(
        Contracts.Center.Center.CenterClient client, WatchPresenceRequest request, RefusalCode code, string sentence)
    {
        using var call = client.WatchPresence(request);
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Stop));
        Assert.Equal((code.Status, code.Name, sentence), (refused.StatusCode, refused.Trailers.GetValue("code"), refused.Status.Detail));
    }

    private static async Task<bool> StartsAsync(Contracts.Center.Center.CenterClient client)
    {
        using var call = client.WatchPresence(new WatchPresenceRequest { App = "default" });
        try
        {
            return await call.ResponseStream.MoveNext(Stop) && call.ResponseStream.Current.ReadNow.Why == ReadNow.Types.Why.Started;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    // Until the windows of the connection and the buffer of the watcher are full.
    private async Task FillAsync(World world)
    {
        for (var batch = 0; !(await world.Center.MetricsAsync()).Contains("\ncenter_presence_watchers_behind_total ", StringComparison.Ordinal); batch++)
        {
            Assert.True(batch < 100, "it never falls behind");
            for (var i = 0; i < 1_000; i++)
            {
                await TellAsync(world, Kind.Online, $"a-long-name-of-a-user-{i:D90}");
            }
        }
    }

    private async Task TellAsync(World world, Kind kind, string user, string app = "default") =>
        await world.Bus.PublishPresenceAsync(_source.Next(kind, user, app), Stop);
}
