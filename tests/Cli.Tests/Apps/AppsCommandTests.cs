using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Tests.Apps;

public sealed class AppsCommandTests
{
    [Fact]
    public async Task List_Apps_ShowsTheirPolicies()
    {
        await using var center = await FakeCenter.StartAsync();

        Assert.Matches(@"default\s+one\s+yes\s+no\s+plain\s+default\s+3", (await CommandRun.OfAsync(center, "apps", "list")).Output);
    }

    [Fact]
    public async Task Get_App_IsJsonWithTheNamesOfTheContract()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "apps", "get", "default");

        using var json = System.Text.Json.JsonDocument.Parse(run.Output);
        Assert.True(json.RootElement.GetProperty("chat_users").GetBoolean());
        Assert.False(json.RootElement.GetProperty("chat_broadcast").GetBoolean());
    }

    [Fact]
    public async Task Get_UnknownApp_SaysSo()
    {
        await using var center = await FakeCenter.StartAsync();

        (await CommandRun.OfAsync(center, "apps", "get", "nothing")).AssertFailed("There is no app 'nothing'.");
    }

    [Fact]
    public async Task Put_Fields_ChangesTheseOnlyAndOnlyFromTheRevisionThatWasRead()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "apps", "put", "default", "--set", "silence_limit_ms=4000", "--set", "chat_broadcast=true", "--set", "sender=shop",
            "--set", "liveness_preset=patient", "--set", "liveness_away_ms=60000");

        Assert.Equal(0, run.ExitCode);
        var request = center.Only<PutAppRequest>();
        Assert.Equal(3ul, request.IfRevision);
        Assert.Equal(4_000u, request.App.SilenceLimitMs);
        Assert.True(request.App.ChatBroadcast);
        Assert.True(request.App.ChatUsers);
        Assert.Equal("shop", request.App.Sender);
        Assert.Equal(("patient", 60_000u), (request.App.LivenessPreset, request.App.LivenessAwayMs));
    }

    [Fact]
    public async Task Put_Create_AsksForNoneToBeThere()
    {
        await using var center = await FakeCenter.StartAsync();

        Assert.Equal(0, (await CommandRun.OfAsync(center, "apps", "put", "shop", "--create")).ExitCode);
        Assert.Equal(0ul, center.Only<PutAppRequest>().IfRevision);
        (await CommandRun.OfAsync(center, "apps", "put", "shop", "--create")).AssertFailed("The stored revision is 1.");
    }

    [Theory]
    [InlineData("colour=red", "is not field=value with one of session_per_device")]
    [InlineData("chat_users", "is not field=value")]
    [InlineData("revision=7", "is not field=value")]
    [InlineData("chat_users=yes", "chat_users takes true or false, not 'yes'")]
    [InlineData("silence_limit_ms=-1", "silence_limit_ms takes a whole number of 0 to 4294967295, not '-1'")]
    public async Task Put_BadField_SaysWhatItTakes(string assignment, string expected)
    {
        await using var center = await FakeCenter.StartAsync();

        (await CommandRun.OfAsync(center, "apps", "put", "default", "--set", assignment)).AssertFailed(expected);
        Assert.Empty(center.Requests.OfType<PutAppRequest>());
    }
}
