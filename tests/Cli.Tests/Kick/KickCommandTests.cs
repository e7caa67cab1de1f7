using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;
using State = Microservices.Contracts.Center.KickJob.Types.State;

namespace Microservices.Cli.Tests.Kick;

public sealed class KickCommandTests : IAsyncLifetime
{
    private FakeCenter _center = null!;

    public async ValueTask InitializeAsync() => _center = await FakeCenter.StartAsync();

    public ValueTask DisposeAsync() => _center.DisposeAsync();

    [Fact]
    public async Task Kick_Users_SendsDeviceAndReason()
    {
        _center.Offline.Add("bob");

        var run = await CommandRun.OfAsync(_center, "kick", "alice,bob", "carol", "--user", "bob,dan", "--device", "phone", "--reason", "maintenance");

        Assert.Equal(2, run.ExitCode);
        var request = _center.Only<KickRequest>();
        Assert.Equal(("phone", "maintenance"), (request.Device, request.Reason));
        Assert.Equal(["alice", "bob", "carol", "dan"], request.Users);
        Assert.Contains("3 kicked, 1 offline", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'kick --help'")]
    [InlineData("'kick --help'", "--room", "room-1", "--everybody")]
    [InlineData("'kick --help'", "alice", "--everybody")]
    [InlineData("--device goes with 1 to 1,000 users", "--everybody", "--device", "phone")]
    public async Task Kick_NoTargetOrTwo_SaysSo(string expected, params string[] args) =>
        (await CommandRun.OfAsync(_center, ["kick", .. args])).AssertFailed(expected);

    [Fact]
    public async Task Kick_Everybody_WaitsForTheEndOfTheJob()
    {
        _center.Kicks.Clear();
        _center.Kicks.Enqueue(new KickJob { Id = "job-1", State = State.Running, Found = 1_000 });
        _center.Kicks.Enqueue(new KickJob { Id = "job-1", State = State.Done, Found = 2_500, Ended = 2_498, Gone = 2 });
        _center.BrokenStreams = 1;

        var run = await CommandRun.OfAsync(_center, "kick", "--everybody", "--app", "shop", "--once", "night");

        Assert.Equal((0, "Kick job-1 is started.\nKick job-1 is done: 2,500 found, 2,498 ended, 2 gone before.\n"), (run.ExitCode, run.Output));
        var request = _center.Only<StartKickRequest>();
        Assert.Equal(("shop", "night", StartKickRequest.TargetOneofCase.Everybody), (request.App, request.Key, request.TargetCase));
    }

    [Fact]
    public async Task Kick_Room_MeansAllAppsUnlessOneIsNamed()
    {
        await CommandRun.OfAsync(_center, "kick", "--room", "room-1");
        await CommandRun.OfAsync(_center, "kick", "--room", "room-1", "--app", "shop");

        Assert.Equal([("", "room-1"), ("shop", "room-1")], _center.Requests.OfType<StartKickRequest>().Select(request => (request.App, request.Room)));
    }

    [Fact]
    public async Task Kick_NoWait_StartsAJobAndReturns()
    {
        var users = await CommandRun.OfAsync(_center, "kick", "alice", "bob", "--no-wait");
        var device = await CommandRun.OfAsync(_center, "kick", "alice", "--device", "phone", "--no-wait");

        Assert.Equal((0, "Kick job-1 is started.\n"), (users.ExitCode, users.Output));
        Assert.Equal(0, device.ExitCode);
        var requests = _center.Requests.OfType<StartKickRequest>().ToArray();
        Assert.Equal(["alice", "bob"], requests[0].Users.Users_);
        Assert.Equal(("alice", "phone"), (requests[1].Device.User, requests[1].Device.Device));
        Assert.Empty(_center.Requests.OfType<GetKickRequest>());
    }

    [Fact]
    public async Task Kick_ManyUsers_IsAJobThatNamesWhoIsOffline()
    {
        _center.Kicks.Clear();
        _center.Kicks.Enqueue(new KickJob { Id = "job-1", State = State.Done, Found = 990, Ended = 990, Offline = { "user-1", "user-2" } });

        var run = await CommandRun.OfAsync(_center, "kick", string.Join(',', Enumerable.Range(0, 1_001).Select(i => $"user-{i}")));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("offline: user-1, user-2\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(1_001, _center.Only<StartKickRequest>().Users.Users_.Count);
    }

    [Fact]
    public async Task Status_Job_ShowsIt()
    {
        var run = await CommandRun.OfAsync(_center, "kick", "status", "job-1");

        Assert.Equal((0, "Kick job-1 is done: 3 found, 2 ended, 1 gone before.\n"), (run.ExitCode, run.Output));
        Assert.Equal("job-1", _center.Only<GetKickRequest>().Id);
    }

    [Fact]
    public async Task Status_FailedJob_FailsWithItsReason()
    {
        _center.Kicks.Clear();
        _center.Kicks.Enqueue(new KickJob { Id = "job-1", State = State.Failed, Failure = "There is no live gateway 'room-9'." });

        var run = await CommandRun.OfAsync(_center, "kick", "status", "job-1");

        Assert.Equal((1, "The kick failed: There is no live gateway 'room-9'.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Cancel_RunningJob_WaitsUntilItHasStopped()
    {
        _center.Kicks.Clear();
        _center.Kicks.Enqueue(new KickJob { Id = "job-1", State = State.Running });
        _center.Kicks.Enqueue(new KickJob { Id = "job-1", State = State.Cancelled, Found = 7, Ended = 5 });

        var run = await CommandRun.OfAsync(_center, "kick", "cancel", "job-1");

        Assert.Equal((0, "Kick job-1 is cancelled: 7 found, 5 ended, 0 gone before.\n"), (run.ExitCode, run.Output));
    }
}
