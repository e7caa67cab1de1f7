using Grpc.Core;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;
using State = Microservices.Contracts.Center.KickJob.Types.State;

namespace Microservices.Center.Tests.Components;

public sealed class KickJobTests : IAsyncLifetime
{
    private KickWorld _world = null!;

    private FakeSessions Sessions => _world.Register.Sessions;

    public async ValueTask InitializeAsync() => _world = await KickWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task StartKick_Users_EndsTheirSessionsAndNamesWhoIsOffline()
    {
        Sessions.Login("bob", "phone", "shop");
        Sessions.Login("bob", "desk", "shop");
        Sessions.Login("cid", "desk", "shop");
        Sessions.Login("bob", "desk");

        var job = await _world.RunAsync(new StartKickRequest { App = "shop", Users = Names("ann", "bob", "off"), Reason = "maintenance" });

        Assert.Equal((State.Done, 2ul, 2ul, 0ul), (job.State, job.Found, job.Ended, job.Gone));
        Assert.Equal(["ann", "off"], job.Offline);
        Assert.Equal(["default/bob/desk", "shop/cid/desk"], Sessions.Online);
        var kick = Assert.Single(Sessions.Kicks);
        Assert.Equal(("shop", "maintenance"), (kick.App, kick.Reason));
        Assert.All(kick.Targets, target => Assert.NotEqual(0ul, target.Epoch));
        Assert.Contains("center_kick_sessions_total{outcome=\"ended\"} 2", await _world.Center.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartKick_TenThousandUsers_GoesThroughThemInOrder()
    {
        for (var i = 0; i < 2_000; i += 2)
        {
            Sessions.Login($"user-{i}");
        }

        var job = await _world.RunAsync(new StartKickRequest { App = "default", Users = Names([.. Enumerable.Range(0, 10_000).Select(i => $"user-{i}")]) });

        Assert.Equal((State.Done, 1_000ul, 1_000ul), (job.State, job.Found, job.Ended));
        Assert.Equal(1_000, job.Offline.Count);
        Assert.Equal(["user-1", "user-3", "user-5"], job.Offline.Take(3));
        Assert.Empty(Sessions.Online);
    }

    [Fact]
    public async Task StartKick_Device_LeavesTheOthers()
    {
        Sessions.Login("bob", "phone", "shop");
        Sessions.Login("bob", "desk", "shop");

        var job = await _world.RunAsync(new StartKickRequest { App = "shop", Device = new UserDevice { User = "bob", Device = "desk" } });

        Assert.Equal((State.Done, 1ul, 1ul), (job.State, job.Found, job.Ended));
        Assert.Equal(["shop/bob/phone"], Sessions.Online);
    }

    [Fact]
    public async Task StartKick_Everybody_TakesPageByPageAndLeavesNewLogins()
    {
        for (var i = 0; i < 2_500; i++)
        {
            Sessions.Login($"user-{i}");
        }

        Sessions.Login("ann", "phone", "shop");
        var later = DateTimeOffset.UtcNow.AddMinutes(1);
        var kicks = 0;
        Sessions.BeforeKick = _ =>
        {
            if (kicks++ == 0)
            {
                // One logs in for the first time, one again, and one leaves, all between the listing of their page and its kick.
                Sessions.Login("late", at: later);
                Sessions.Leave("user-0");
                Sessions.Login("user-0", at: later);
                Sessions.Leave("user-1");
            }
        };

        var job = await _world.RunAsync(new StartKickRequest { App = "default", Everybody = new Everybody() });

        Assert.Equal((State.Done, 2_500ul, 2_498ul, 2ul), (job.State, job.Found, job.Ended, job.Gone));
        Assert.Equal(["default/late/", "default/user-0/", "shop/ann/phone"], Sessions.Online);
        Assert.Equal([1_000, 1_000, 500], Sessions.Kicks.Select(kick => kick.Targets.Count));
    }

    [Fact]
    public async Task StartKick_LongNames_FitIntoWhatRegisterKeeps()
    {
        for (var i = 0; i < 1_500; i++)
        {
            Sessions.Login($"{i:D128}");
        }

        var job = await _world.RunAsync(new StartKickRequest { App = "default", Everybody = new Everybody() });

        Assert.Equal((State.Done, 1_500ul), (job.State, job.Ended));
        Assert.All(_world.Register.Jobs.Saves, save => Assert.InRange(save.Progress.Length, 0, 64 * 1024));
    }

    [Fact]
    public async Task StartKick_Room_MeansAllLiveIncarnationsOfTheName()
    {
        _world.AddRoom("room-1", 0x0A);
        _world.AddRoom("room-2", 0x0B);
        _world.AddRoom("room-1", 0x0C);
        Sessions.Login("ann", app: "shop", room: 0x0A);
        Sessions.Login("bob", app: "shop", room: 0x0B);
        Sessions.Login("cid", app: "shop", room: 0x0C);
        Sessions.Login("dan", app: "default", room: 0x0C);

        var ofShop = await _world.RunAsync(new StartKickRequest { App = "shop", Room = "room-1" });
        var ofAll = await _world.RunAsync(new StartKickRequest { Room = "room-1" });

        Assert.Equal((State.Done, 2ul), (ofShop.State, ofShop.Ended));
        Assert.Equal((State.Done, 1ul), (ofAll.State, ofAll.Ended));
        Assert.Equal(["shop/bob/"], Sessions.Online);
    }

    [Fact]
    public async Task StartKick_UnknownRoom_FailsWhenRegisterCanTell()
    {
        var job = await _world.RunAsync(new StartKickRequest { App = "shop", Room = "room-9" });

        Assert.Equal((State.Failed, "There is no live gateway 'room-9'."), (job.State, job.Failure));
    }

    [Fact]
    public async Task StartKick_SameKey_IsTheSameJobUnlessTheContentDiffers()
    {
        var request = new StartKickRequest { App = "shop", Users = Names("bob"), Key = "night-shift" };

        var first = await _world.Client.StartKickAsync(request);
        var second = await _world.Client.StartKickAsync(request);

        Assert.Equal(first.Id, second.Id);
        request.Reason = "another";
        await Refused.WithAsync(
            RefusalCode.Conflict, $"key: 'night-shift' is the key of job {first.Id}, which has another target or reason.", _world.Client.StartKickAsync(request));
    }

    [Fact]
    public async Task StartKick_SessionsMayBeMissing_GoesRoundAgain()
    {
        Sessions.Login("ann");
        var asked = 0;
        Sessions.Complete = () =>
        {
            if (asked++ > 0)
            {
                return true;
            }

            // Its gateway claims it again after the store lost it, with the epoch that it had.
            Sessions.Login("bob", at: DateTimeOffset.UtcNow.AddHours(-1));
            return false;
        };

        var job = await _world.RunAsync(new StartKickRequest { App = "default", Users = Names("ann", "bob", "off") });

        Assert.Equal((State.Done, 2ul, 2ul), (job.State, job.Found, job.Ended));
        Assert.Equal(["off"], job.Offline);
    }

    [Fact]
    public async Task StartKick_StoreSilentForAUser_AsksAgain()
    {
        Sessions.Login("ann");
        Sessions.Login("bob");
        Sessions.Silent.Add("bob");
        Sessions.AfterKick = kick =>
        {
            if (kick.Targets.Count == 2)
            {
                Sessions.Silent.Clear();
            }
        };

        var job = await _world.RunAsync(new StartKickRequest { App = "default", Everybody = new Everybody() });

        Assert.Equal((State.Done, 2ul, 0ul), (job.State, job.Ended, job.Gone));
        Assert.Equal(["ann,bob", "bob"], Sessions.Kicks.Select(kick => string.Join(",", kick.Targets.Select(target => target.User))));
    }

    [Fact]
    public async Task StartKick_BadInput_IsRefusedWithFieldValueAndLimit()
    {
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "target: there is none; it takes users, device, room or everybody.",
            _world.Client.StartKickAsync(new StartKickRequest { App = "shop" }));
        await Refused.WithAsync(
            RefusalCode.TooManyRecipients,
            "users: there are 10,001; a call takes 1 to 10,000.",
            _world.Client.StartKickAsync(new StartKickRequest { App = "shop", Users = Names([.. Enumerable.Range(0, 10_001).Select(i => $"{i}")]) }));
        await Refused.WithAsync(
            RefusalCode.UnknownApp,
            "There is no app 'nothing'.",
            _world.Client.StartKickAsync(new StartKickRequest { App = "nothing", Everybody = new Everybody() }));
        Assert.Empty(_world.Register.Jobs.Saves);
    }

    [Fact]
    public async Task Calls_OfAKeyForOneApp_SeeNothingElse()
    {
        var shop = _world.Center.Client(_world.ShopKey);
        var own = await shop.StartKickAsync(new StartKickRequest { App = "shop", Everybody = new Everybody() });
        var other = await _world.Client.StartKickAsync(new StartKickRequest { App = "default", Everybody = new Everybody() });
        _world.AddRoom("room-1", 0x0A);
        var ofAll = await _world.Client.StartKickAsync(new StartKickRequest { Room = "room-1" });

        Assert.Equal(own.Id, (await shop.GetKickAsync(new GetKickRequest { Id = own.Id })).Id);
        foreach (var id in new[] { other.Id, ofAll.Id, "nothing" })
        {
            var sentence = $"id: there is no kick job '{id}' of an app that the key is for.";
            await Refused.WithAsync(RefusalCode.NotFound, sentence, shop.GetKickAsync(new GetKickRequest { Id = id }));
            await Refused.WithAsync(RefusalCode.NotFound, sentence, shop.CancelKickAsync(new GetKickRequest { Id = id }));
            using var watch = shop.WatchKick(new GetKickRequest { Id = id });
            var refused = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext());
            Assert.Equal((sentence, "not_found"), (refused.Status.Detail, refused.Trailers.GetValue("code")));
        }

        await Refused.WithAsync(
            RefusalCode.Forbidden,
            "API key 'shop' is not for all apps, which this call needs.",
            shop.StartKickAsync(new StartKickRequest { Room = "room-1" }));
        await Refused.WithAsync(
            RefusalCode.Forbidden, "API key 'shop' is not for app 'default'.", shop.StartKickAsync(new StartKickRequest { App = "default", Everybody = new Everybody() }));
    }

    [Fact]
    public async Task WatchKick_WithoutKey_IsRefused()
    {
        using var watch = _world.Center.Client(null).WatchKick(new GetKickRequest { Id = "job-1" });

        var refused = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext());

        Assert.Equal((StatusCode.Unauthenticated, "unauthenticated"), (refused.StatusCode, refused.Trailers.GetValue("code")));
    }

    private static Users Names(params string[] users) => new() { Users_ = { users } };
}
