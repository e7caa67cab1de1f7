using Microservices.Center.ApiKeys;
using Microservices.Center.Presence;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Microservices.Testing;
using Microsoft.Extensions.Options;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Center.Tests.Presence;

public sealed class PresenceFeedTests : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly PresenceOptions _options = new()
    {
        MaxWaitingChanges = 5,
        MaxWatchers = 3,
        StartTimeout = TimeSpan.FromMilliseconds(50),
        ReadNowEvery = TimeSpan.Zero,
    };

    private readonly ManualTime _time = new();
    private readonly ChangeSource _source = new();
    private readonly PresenceFeed _feed;

    public PresenceFeedTests() => _feed = new PresenceFeed(Options.Create(_options), _meters.NewMetrics(), TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Add_NotSubscribedYet_TryLater()
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => WatchAsync());

        Assert.Equal(RefusalCode.TryLater, refused.Code);
        Assert.NotNull(refused.RetryAfter);
    }

    [Fact]
    public async Task Handle_Events_GoToWhomTheyConcern()
    {
        _feed.Interrupted();
        var (all, some, other) = (await WatchAsync("shop"), await WatchAsync("shop", "ann", "bob"), await WatchAsync("default", "ann"));

        await TellAsync(Kind.Online, "ann", "shop");
        await TellAsync(Kind.Away, "cid", "shop");
        await TellAsync(Kind.Offline, "bob", "shop");
        await TellAsync(Kind.Online, "bob", "default");

        Assert.Equal(["STARTED", "Online ann", "Away cid", "Offline bob"], await TakeAsync(all));
        Assert.Equal(["STARTED", "Online ann", "Offline bob"], await TakeAsync(some));
        Assert.Equal(["STARTED"], await TakeAsync(other));
    }

    [Fact]
    public async Task Handle_Repeats_AreDropped()
    {
        _feed.Interrupted();
        var watcher = await WatchAsync();
        var (first, second) = (_source.Next(Kind.Online, "ann"), _source.Next(Kind.Offline, "ann"));

        foreach (var told in new[] { first, second, first, second })
        {
            await _feed.HandleAsync(told, Stop);
        }

        Assert.Equal(["STARTED", "Online ann", "Offline ann"], await TakeAsync(watcher));
        Assert.Equal((2, 2), (_meters["center.presence.events(taken)"], _meters["center.presence.events(repeated)"]));
    }

    [Fact]
    public async Task Handle_Gap_ThoseWhomItMayConcernReadAgain()
    {
        var elsewhere = Enumerable.Range(0, 100).Select(i => $"user-{i}").First(user => Partition.Of("default", user) != Partition.Of("default", "ann"));
        _feed.Interrupted();
        var (all, ann, other) = (await WatchAsync(), await WatchAsync("default", "ann"), await WatchAsync("default", elsewhere));
        await TellAsync(Kind.Online, "ann");
        await TakeAsync(all);
        await TakeAsync(ann);
        await TakeAsync(other);

        _source.Next(Kind.Offline, "ann");
        await TellAsync(Kind.Online, "ann");

        Assert.Equal(["LOST", "Online ann"], await TakeAsync(all));
        Assert.Equal(["LOST", "Online ann"], await TakeAsync(ann));
        Assert.Empty(await TakeAsync(other));
        Assert.Equal(1, _meters["center.presence.losses(gap)"]);
    }

    [Fact]
    public async Task Handle_GapsInManyPartitions_OneReadsAgainAtOnceAndOneMoreAfterThePause()
    {
        var feed = new PresenceFeed(
            Options.Create(new PresenceOptions { ReadNowEvery = TimeSpan.FromSeconds(2) }), _meters.NewMetrics(), _time);
        feed.Interrupted();
        using var watcher = await feed.AddAsync(new ApiKey("test", [], ["*"], ["*"], expires: null), "default", [], Stop);
        var users = Enumerable.Range(0, 50).Select(i => $"user-{i}").ToArray();
        foreach (var user in users)
        {
            await feed.HandleAsync(_source.Next(Kind.Online, user), Stop);
        }

        await TakeAsync(watcher);
        _time.Advance(TimeSpan.FromSeconds(2));

        var told = new List<string>();
        foreach (var user in users)
        {
            _source.Next(Kind.Offline, user);
            await feed.HandleAsync(_source.Next(Kind.Online, user), Stop);
            told.AddRange(await TakeAsync(watcher));
        }

        Assert.Equal(["LOST", .. users.Select(user => $"Online {user}")], told);

        // What waits when the next one is due is superseded by it.
        await feed.HandleAsync(_source.Next(Kind.Offline, "user-0"), Stop);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["LOST"], await TakeAsync(watcher));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(await TakeAsync(watcher));
    }

    [Fact]
    public async Task Take_ReadNowIsPostponed_ComesWhenItIsDue()
    {
        var feed = new PresenceFeed(
            Options.Create(new PresenceOptions { ReadNowEvery = TimeSpan.FromSeconds(2) }), _meters.NewMetrics(), _time);
        feed.Interrupted();
        using var watcher = await feed.AddAsync(new ApiKey("test", [], ["*"], ["*"], expires: null), "default", [], Stop);
        await TakeAsync(watcher);
        feed.Interrupted();

        var next = watcher.TakeAsync(Stop).AsTask();
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("LOST", Text(await next));
    }

    [Fact]
    public async Task Interrupted_Again_AllReadAgainAndWhatWaitedIsSuperseded()
    {
        _feed.Interrupted();
        var watcher = await WatchAsync();
        await TakeAsync(watcher);
        await TellAsync(Kind.Online, "ann");

        _feed.Interrupted();
        _source.Next(Kind.Offline, "ann");
        await TellAsync(Kind.Online, "ann");

        Assert.Equal(["LOST", "Online ann"], await TakeAsync(watcher));
        Assert.Equal(1, _meters["center.presence.losses(bus)"]);
    }

    [Fact]
    public async Task Apply_RefillIsOver_AllReadAgain()
    {
        _feed.Interrupted();
        var watcher = await WatchAsync();
        _feed.Apply(new RoomList { Refilled = true });
        Assert.Equal(["STARTED"], await TakeAsync(watcher));

        _feed.Apply(new RoomList { Refilled = false });
        Assert.Empty(await TakeAsync(watcher));
        _feed.Apply(new RoomList { Refilled = true });

        Assert.Equal(["LOST"], await TakeAsync(watcher));
    }

    [Fact]
    public async Task Apply_AnotherRefillWasMissed_AllReadAgainOnce()
    {
        _feed.Interrupted();
        var watcher = await WatchAsync();
        foreach (var seen in new ulong[] { 0, 7, 7, 0, 7 })
        {
            _feed.Apply(new RoomList { Refilled = true, Refill = seen });
        }

        Assert.Equal(["STARTED"], await TakeAsync(watcher));

        // Lower: the store lost its data and its clock went back.
        _feed.Apply(new RoomList { Refilled = true, Refill = 5 });
        Assert.Equal(["LOST"], await TakeAsync(watcher));
        _feed.Apply(new RoomList { Refilled = true, Refill = 5 });
        Assert.Empty(await TakeAsync(watcher));
        Assert.Equal(1, _meters["center.presence.losses(store)"]);
    }

    [Fact]
    public async Task Apply_AnotherRefillGoesOn_AllReadAgainWhenItIsOver()
    {
        _feed.Interrupted();
        var watcher = await WatchAsync();
        _feed.Apply(new RoomList { Refilled = true, Refill = 7 });
        await TakeAsync(watcher);

        _feed.Apply(new RoomList { Refilled = false, Refill = 8 });
        Assert.Empty(await TakeAsync(watcher));
        _feed.Apply(new RoomList { Refilled = true, Refill = 8 });

        Assert.Equal(["LOST"], await TakeAsync(watcher));
    }

    [Fact]
    public async Task Handle_NumbersWentBackWithAnotherRefill_AreNoRepeats()
    {
        _feed.Interrupted();
        var watcher = await WatchAsync();
        _feed.Apply(new RoomList { Refilled = true, Refill = 7 });
        var (former, late) = (_source.Next(Kind.Online, "ann"), _source.Next(Kind.Offline, "ann"));
        await _feed.HandleAsync(late, Stop);
        await TakeAsync(watcher);

        _feed.Apply(new RoomList { Refilled = false, Refill = 8 });
        await _feed.HandleAsync(former, Stop);
        Assert.Equal(["Online ann"], await TakeAsync(watcher));

        // What was on its way when the store lost it doesn't hide what comes when all is there again.
        await _feed.HandleAsync(late, Stop);
        await TakeAsync(watcher);
        _feed.Apply(new RoomList { Refilled = true, Refill = 8 });
        await _feed.HandleAsync(former, Stop);
        Assert.Equal(["LOST", "Online ann"], await TakeAsync(watcher));
    }

    [Fact]
    public async Task Handle_WatcherDoesNotTake_IsToldThatItFellBehindAndOthersAreNot()
    {
        _feed.Interrupted();
        var (slow, quick) = (await WatchAsync(), await WatchAsync());
        await TakeAsync(slow);
        await TakeAsync(quick);

        for (var i = 0; i < 12; i++)
        {
            await TellAsync(Kind.Online, $"user-{i}");
            Assert.Equal([$"Online user-{i}"], await TakeAsync(quick));
        }

        Assert.Equal(["FELL_BEHIND", "Online user-10", "Online user-11"], await TakeAsync(slow));
        Assert.Equal((2, 10), (_meters["center.presence.watchers.behind()"], _meters["center.presence.dropped()"]));
    }

    [Fact]
    public async Task Add_MoreThanTheLimit_IsRefusedUntilOneLeaves()
    {
        _feed.Interrupted();
        var first = await WatchAsync();
        await WatchAsync();
        await WatchAsync("default", "ann");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => WatchAsync());
        _feed.Remove(first);
        await WatchAsync();

        Assert.Equal((RefusalCode.LimitReached, "This center has 3 watchers of presence; the limit is 3."), (refused.Code, refused.Message));
        Assert.Equal((3, 1), (_meters["center.presence.watchers()"], _meters["center.presence.watchers.refused()"]));
    }

    [Fact]
    public async Task Remove_Watcher_GetsNoMore()
    {
        _feed.Interrupted();
        var (gone, stays) = (await WatchAsync("default", "ann"), await WatchAsync("default", "ann"));

        _feed.Remove(gone);
        await TellAsync(Kind.Online, "ann");

        Assert.Equal(["STARTED", "Online ann"], await TakeAsync(stays));
        Assert.Equal(1, _feed.Watchers);
    }

    [Fact]
    public async Task Close_Watchers_EndWithTheRefusalAndNewOnesToo()
    {
        _feed.Interrupted();
        var watcher = await WatchAsync();
        var refusal = new RefusedException(RefusalCode.GoingAway, "Bye.");

        _feed.Close(refusal);

        Assert.Same(refusal, await Assert.ThrowsAsync<RefusedException>(async () => await watcher.TakeAsync(Stop)));
        Assert.Same(refusal, await Assert.ThrowsAsync<RefusedException>(() => WatchAsync()));
        Assert.True(watcher.Ended.IsCancellationRequested);
    }

    internal static string Text(PresenceUpdate update) => update.KindCase switch
    {
        PresenceUpdate.KindOneofCase.Change => $"{update.Change.Kind} {update.Change.User}",
        _ => update.ReadNow.Why switch
        {
            ReadNow.Types.Why.Started => "STARTED",
            ReadNow.Types.Why.FellBehind => "FELL_BEHIND",
            ReadNow.Types.Why.Lost => "LOST",
            _ => "?",
        },
    };

    private static async Task<List<string>> TakeAsync(PresenceWatcher watcher)
    {
        var taken = new List<string>();
        while (watcher.HasWaiting)
        {
            taken.Add(Text(await watcher.TakeAsync(Stop)));
        }

        return taken;
    }

    private Task<PresenceWatcher> WatchAsync(string app = "default", params string[] users) =>
        _feed.AddAsync(new ApiKey("test", [], ["*"], ["*"], expires: null), app, users, Stop);

    private async Task TellAsync(Kind kind, string user, string app = "default") => await _feed.HandleAsync(_source.Next(kind, user, app), Stop);
}
