using Grpc.Core;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Microservices.Testing;
using State = Microservices.Contracts.Center.KickJob.Types.State;

namespace Microservices.Center.Tests.Components;

/// <summary>Kick jobs whose center, store or caller goes away.</summary>
public sealed class KickTakeoverTests
{
    private static readonly StartKickRequest Everybody = new() { App = "default", Everybody = new Everybody() };

    [Fact]
    public async Task KickJob_CenterLosesItBetweenKickAndSave_AnotherKicksThePageAgainAndCountsRight()
    {
        await using var world = await KickWorld.StartAsync();
        await world.StartCenterAsync();
        Login(world, 1_500);
        var kicks = 0;
        world.Register.Sessions.AfterKick = _ =>
        {
            if (Interlocked.Increment(ref kicks) == 1)
            {
                world.Register.Jobs.ExpireHolds();
                Assert.True(SpinWait.SpinUntil(() => world.Register.Jobs.Only().Fence == 2, Eventually.DefaultDeadline));
            }
        };

        var job = await world.RunAsync(Everybody);

        Assert.Equal((State.Done, 1_500ul, 1_500ul, 0ul), (job.State, job.Found, job.Ended, job.Gone));
        Assert.Equal([1_000, 1_000, 500], world.Register.Sessions.Kicks.Select(kick => kick.Targets.Count));
        Assert.All(world.Register.Jobs.Saves.Skip(1), save => Assert.Equal(2ul, save.Fence));
    }

    [Fact]
    public async Task KickJob_CenterStops_GivesItBackAndAnotherGoesOn()
    {
        await using var world = await KickWorld.StartAsync(("Kick:SessionsPerSecond", "50"));
        Login(world, 150);
        var started = await world.Client.StartKickAsync(Everybody);
        await Eventually.HoldsAsync(() => world.Register.Sessions.Kicks.Count > 0, "the first page is kicked");
        using var watch = world.Client.WatchKick(new GetKickRequest { Id = started.Id });

        await world.Center.StopAsync();

        var broken = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext())
            {
            }
        });
        Assert.Equal((StatusCode.Unavailable, "try_later"), (broken.StatusCode, broken.Trailers.GetValue("code")));
        Assert.Equal((JobState.Unfinished, 1_000u), (world.Register.Jobs.Saves[^1].State, world.Register.Jobs.Saves[^1].HoldMs));
        var other = await world.StartCenterAsync();
        var job = await KickWorld.EndOfAsync(other.Client(world.Key), started.Id);
        Assert.Equal((State.Done, 150ul, 150ul, 0ul), (job.State, job.Found, job.Ended, job.Gone));
    }

    [Fact]
    public async Task KickJob_StoredButNotBegun_IsFoundByThePoll()
    {
        await using var world = await KickWorld.StartAsync();
        Login(world, 3);
        await world.Register.Jobs.Create(
            new CreateJobRequest { Kind = "kick", App = "default", Spec = Google.Protobuf.MessageExtensions.ToByteString(Everybody) }, null!);

        var job = await KickWorld.EndOfAsync(world.Client, "job-1");

        Assert.Equal((State.Done, 3ul), (job.State, job.Ended));
    }

    [Fact]
    public async Task KickJob_RegisterAwayForAWhile_GoesOn()
    {
        await using var world = await KickWorld.StartAsync();
        Login(world, 10);
        var saves = 0;
        world.Register.Jobs.OnSave = _ =>
        {
            if (Interlocked.Increment(ref saves) <= 2)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "the store doesn't answer"));
            }
        };
        var kicks = 0;
        world.Register.Sessions.AfterKick = _ =>
        {
            // It was done, but nobody heard of it.
            if (Interlocked.Increment(ref kicks) == 1)
            {
                throw new RpcException(new Status(StatusCode.DeadlineExceeded, "too slow"));
            }
        };

        var job = await world.RunAsync(Everybody);

        Assert.Equal((State.Done, 10ul, 10ul, 0ul), (job.State, job.Found, job.Ended, job.Gone));
    }

    [Fact]
    public async Task CancelKick_RunningJob_StopsWithWhatIsDone()
    {
        await using var world = await KickWorld.StartAsync(("Kick:SessionsPerSecond", "20"));
        Login(world, 1_000);
        var started = await world.Client.StartKickAsync(Everybody);
        await Eventually.HoldsAsync(() => world.Register.Sessions.Kicks.Count > 0, "the first page is kicked");

        await world.Client.CancelKickAsync(new GetKickRequest { Id = started.Id });

        var job = await KickWorld.EndOfAsync(world.Client, started.Id);
        Assert.Equal(State.Cancelled, job.State);
        Assert.InRange(job.Ended, 20ul, 980ul);
        Assert.Equal(1_000 - (int)job.Ended, world.Register.Sessions.Online.Count);
    }

    [Fact]
    public async Task KickJob_UnreadableSpec_FailsRatherThanGoRoundTheCenters()
    {
        await using var world = await KickWorld.StartAsync();
        await world.Register.Jobs.Create(
            new CreateJobRequest { Kind = "kick", App = "default", Spec = Google.Protobuf.ByteString.CopyFrom(0xFF) }, null!);

        await Eventually.HoldsAsync(() => world.Register.Jobs.Only().State == JobState.Failed, "the job failed");

        Assert.Equal("The center failed; its log says why.", world.Register.Jobs.Only().Failure);
    }

    [Fact]
    public async Task StartKick_StoreFullOrAway_SaysWhich()
    {
        await using var world = await KickWorld.StartAsync();

        world.Register.Jobs.Away = StatusCode.ResourceExhausted;
        await Refused.WithAsync(RefusalCode.LimitReached, "not now", world.Client.StartKickAsync(Everybody));
        world.Register.Jobs.Away = StatusCode.Unavailable;
        await Refused.WithAsync(
            RefusalCode.TryLater,
            "Register, which knows sessions and apps, doesn't answer. Try again in 1000 ms.",
            world.Client.StartKickAsync(Everybody));
    }

    [Fact]
    public async Task WatchKick_TooManyStreams_AreRefused()
    {
        await using var world = await KickWorld.StartAsync(("Jobs:MaxWatchers", "1"), ("Kick:SessionsPerSecond", "1"));
        Login(world, 100);
        var started = await world.Client.StartKickAsync(Everybody);
        using var first = world.Client.WatchKick(new GetKickRequest { Id = started.Id });
        Assert.True(await first.ResponseStream.MoveNext());
        using var second = world.Client.WatchKick(new GetKickRequest { Id = started.Id });

        var refused = await Assert.ThrowsAsync<RpcException>(() => second.ResponseStream.MoveNext());

        Assert.Equal((RefusalCode.RateLimited.Name, "1 streams watch jobs here; that is the limit."), (refused.Trailers.GetValue("code"), refused.Status.Detail));
    }

    [Theory]
    [InlineData("\"shop\",", "\"another\",", StatusCode.Unauthenticated, "API key 'shop' is not valid any more.")]
    [InlineData("\"kick\"", "\"push\"", StatusCode.PermissionDenied, "API key 'shop' is not for scope 'kick' of app 'shop' any more.")]
    public async Task WatchKick_KeyOrScopeIsTakenAway_Ends(string taken, string instead, StatusCode status, string sentence)
    {
        await using var world = await KickWorld.StartAsync(("Kick:SessionsPerSecond", "1"));
        for (var i = 0; i < 100; i++)
        {
            world.Register.Sessions.Login($"user-{i}", "phone", "shop");
        }

        var started = await world.Client.StartKickAsync(new StartKickRequest { App = "shop", Everybody = new Everybody() });
        using var watch = world.Center.Client(world.ShopKey).WatchKick(new GetKickRequest { Id = started.Id });
        using var other = world.Client.WatchKick(new GetKickRequest { Id = started.Id });
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.True(await other.ResponseStream.MoveNext());

        await ReplaceAsync(world.KeyFile, taken, instead);

        var ended = await EndAsync(watch);
        Assert.Equal((status, sentence), (ended.StatusCode, ended.Status.Detail));
        Assert.True(await other.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task WatchKick_OfAllAppsAndKeyIsNarrowedToOne_Ends()
    {
        await using var world = await KickWorld.StartAsync(("Kick:SessionsPerSecond", "1"));
        world.AddRoom("room-1", 0x0A);
        Login(world, 100);
        var started = await world.Client.StartKickAsync(new StartKickRequest { Room = "room-1" });
        using var watch = world.Client.WatchKick(new GetKickRequest { Id = started.Id });
        Assert.True(await watch.ResponseStream.MoveNext());

        await ReplaceAsync(world.KeyFile, "\"*\"", "\"kick\"");

        var ended = await EndAsync(watch);
        Assert.Equal(
            (StatusCode.PermissionDenied, "API key 'all' is not for scope 'kick' of app '*' any more."), (ended.StatusCode, ended.Status.Detail));
    }

    private static async Task ReplaceAsync(string file, string taken, string instead)
    {
        var content = await File.ReadAllTextAsync(file);
        Assert.Contains(taken, content, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, content.Replace(taken, instead, StringComparison.Ordinal));
    }

    private static async Task<RpcException> EndAsync(AsyncServerStreamingCall<KickJob> watch)
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        return await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(deadline.Token))
            {
            }
        });
    }

    private static void Login(KickWorld world, int users)
    {
        for (var i = 0; i < users; i++)
        {
            world.Register.Sessions.Login($"user-{i}");
        }
    }
}
