using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Tests.Presence;

public sealed class WhoCommandTests
{
    [Fact]
    public async Task Who_NothingSaid_ListsAllPages()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Sessions.AddRange(Sessions(250));

        var run = await CommandRun.OfAsync(center, "who");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["", "100", "200"], center.Requests.OfType<ListOnlineRequest>().Select(static request => request.Cursor));
        Assert.Contains("user-249", run.Output, StringComparison.Ordinal);
        Assert.Contains("250 sessions\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_Limit_StopsThereAndSaysThatThereIsMore()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Sessions.AddRange(Sessions(250));

        var run = await CommandRun.OfAsync(center, "who", "--limit", "150");

        Assert.Equal([100u, 50u], center.Requests.OfType<ListOnlineRequest>().Select(static request => request.Limit));
        Assert.Contains("150 sessions; there may be more", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_Users_ShowsTheOfflineOnesToo()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Sessions.AddRange(Sessions(2));

        var run = await CommandRun.OfAsync(center, "who", "--user", "user-1,nobody");

        Assert.Matches(@"user-1\s+phone\s+online\s+room-a\s+127\.0\.0\.1:1\s+2026-01-01 00:00:00Z\s+2026-01-01 00:00:05Z\s+chat client v1100", run.Output);
        Assert.Matches(@"nobody\s+offline", run.Output);
        Assert.DoesNotContain("Not complete", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_AwayAndOffline_SaysSinceWhenAndWhenLastSeen()
    {
        await using var center = await FakeCenter.StartAsync();
        var away = Sessions(1).Single();
        (away.State, away.StateSinceUnixMs) = (OnlineState.Away, 1_767_225_660_000);
        center.Sessions.Add(away);
        center.LastSeen["bob"] = new LastSeen { UnixMs = 1_767_225_600_000, Device = "desk", RemoteAddress = "127.0.0.1:2", Code = "goodbye" };

        var run = await CommandRun.OfAsync(center, "who", "--user", "user-0,bob");

        Assert.Matches(@"user-0\s+phone\s+away since 2026-01-01 00:01:00Z\s+room-a", run.Output);
        Assert.Matches(@"bob\s+desk\s+offline\s+127\.0\.0\.1:2\s+2026-01-01 00:00:00Z \(goodbye\)", run.Output);
    }

    [Theory]
    [InlineData("who")]
    [InlineData("who", "--user", "user-0")]
    public async Task Who_AnswerIsNotComplete_SaysSo(params string[] args)
    {
        await using var center = await FakeCenter.StartAsync();
        center.Sessions.AddRange(Sessions(1));
        center.IsComplete = false;

        var run = await CommandRun.OfAsync(center, args);

        Assert.Contains("Not complete: gateways are still telling", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_NameOfAStranger_CannotControlTheTerminal()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Sessions.Add(new OnlineSession { User = "[red]a\u202eb[/]" });

        var run = await CommandRun.OfAsync(center, "who");

        Assert.Contains("[red]a\\u{202e}b[/]", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_LimitOfNothing_SaysSo() => (await CommandRun.OfAsync("who", "--limit", "0")).AssertFailed("--limit takes 1 and more.");

    private static IEnumerable<OnlineSession> Sessions(int count) => Enumerable.Range(0, count).Select(static i => new OnlineSession
    {
        User = $"user-{i}",
        Device = "phone",
        Room = "room-a",
        RemoteAddress = "127.0.0.1:1",
        SinceUnixMs = 1_767_225_600_000,
        LastSeenUnixMs = 1_767_225_605_000,
        ChatClient = true,
        ClientVersion = 1_100,
    });
}
