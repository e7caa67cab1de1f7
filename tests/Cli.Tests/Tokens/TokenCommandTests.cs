using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Tests.Tokens;

public sealed class TokenCommandTests
{
    [Fact]
    public async Task Issue_User_PrintsTheTokenAndNothingElse()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "token", "issue", "--app", "shop", "--user", "alice");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("token-of-alice\n", run.Output);
        Assert.Equal("shop", center.Only<IssueTokenRequest>().App);
    }

    [Fact]
    public async Task Issue_OutFile_KeepsTheTokenForItsOwner()
    {
        await using var center = await FakeCenter.StartAsync();
        using var file = new TemporaryFile();

        var run = await CommandRun.OfAsync(center, "token", "issue", "--user", "alice", "--out", file.Path);

        Assert.DoesNotContain("token-of-alice", run.Output, StringComparison.Ordinal);
        Assert.Equal("token-of-alice\n", await File.ReadAllTextAsync(file.Path));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file.Path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task Issue_TokenFile_SendsThatToken()
    {
        await using var center = await FakeCenter.StartAsync();
        using var file = new TemporaryFile("0123456789abcdef\n");

        await CommandRun.OfAsync(center, "token", "issue", "--user", "alice", "--token-file", file.Path);

        Assert.Equal("0123456789abcdef", center.Only<IssueTokenRequest>().Token);
    }

    [Fact]
    public async Task Revoke_User_SaysHowManySessionsEnded()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "token", "revoke", "--user", "alice");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("The token of alice is revoked; 1 session ended.\n", run.Output);
    }

    [Fact]
    public async Task Revoke_UserWithoutToken_IsIncomplete()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Offline.Add("bob");

        var run = await CommandRun.OfAsync(center, "token", "revoke", "--user", "bob");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("bob has no token.\n", run.Output);
    }
}
