using Microservices.Testing;

namespace Microservices.Integration.Tests.Standalone;

/// <summary>The first five minutes of a newcomer: the commands of the README's first screen.</summary>
public sealed class NewcomerTests
{
    [Fact]
    public async Task ReadmeCommands_TwoPeopleTalkAndAnAppPushesToBoth()
    {
        using var folder = new TempFolder();
        await using var standalone = await StandaloneProcess.StartAsync(folder.Path, StandaloneProcess.FreeOffset());
        await standalone.WaitForWelcomeAsync();
        string[] chat = ["--data", folder.Path, "--dispatcher", $"http://127.0.0.1:{standalone.PortOf(8100)}"];
        string[] center = ["--key-file", standalone.KeyFile, "--center", $"http://127.0.0.1:{standalone.PortOf(StandaloneProcess.CenterPort)}"];

        await using var alice = CliProcess.Start(["chat", "--user", "alice", .. chat]);
        await using var bob = CliProcess.Start(["chat", "--user", "bob", .. chat]);
        await alice.WaitForAsync("as alice");
        await bob.WaitForAsync("as bob");

        await bob.TypeAsync("@alice hello");
        await alice.WaitForAsync("bob: hello");
        await alice.TypeAsync("@all good morning");
        await bob.WaitForAsync("alice (to all): good morning");
        await alice.TypeAsync("@carol are you there?");
        await alice.WaitForAsync("not_delivered");

        await using var push = CliProcess.Start(["push", "--to", "alice,bob", "--text", "Lunch is ready", .. center]);
        Assert.True(await push.WaitForExitAsync() == 0, push.Output);
        await alice.WaitForAsync("[push] Lunch is ready");
        await bob.WaitForAsync("[push] Lunch is ready");

        await using var who = CliProcess.Start(["who", .. center]);
        Assert.True(await who.WaitForExitAsync() == 0, who.Output);
        Assert.Contains("alice", who.Output, StringComparison.Ordinal);
        Assert.Contains("bob", who.Output, StringComparison.Ordinal);

        await using var kick = CliProcess.Start(["kick", "alice", .. center]);
        Assert.True(await kick.WaitForExitAsync() == 0, kick.Output);
        Assert.NotEqual(0, await alice.WaitForExitAsync());
        Assert.Contains("kicked", alice.Output, StringComparison.Ordinal);

        await bob.TypeAsync("/quit");
        Assert.True(await bob.WaitForExitAsync() == 0, bob.Output);
        await standalone.StopAsync();
    }

    [Fact]
    public async Task ReadmeCommands_AnAppThatSignsItsTokens_LetsItsUsersInUntilTheyAreRevoked()
    {
        using var folder = new TempFolder();
        await using var standalone = await StandaloneProcess.StartAsync(folder.Path, StandaloneProcess.FreeOffset());
        await standalone.WaitForWelcomeAsync();
        var key = Path.Combine(folder.Path, "signing-key.jwk");
        var sign = $"dotnet exec '{Repository.Dll("client/Cli", "Cli")}' token sign --key '{key}' --app signed --user zoe";
        string[] center = ["--key-file", standalone.KeyFile, "--center", $"http://127.0.0.1:{standalone.PortOf(StandaloneProcess.CenterPort)}"];

        await using var zoe = CliProcess.Start(
            ["chat", "--app", "signed", "--user", "zoe", "--token-command", sign, "--dispatcher", $"http://127.0.0.1:{standalone.PortOf(8100)}"]);
        await zoe.WaitForAsync("as zoe");

        await using var get = CliProcess.Start(["apps", "get", "signed", .. center]);
        Assert.True(await get.WaitForExitAsync() == 0, get.Output);
        Assert.Contains("\"kid\": \"demo\"", get.Output, StringComparison.Ordinal);
        await using var revoke = CliProcess.Start(["token", "revoke", "--app", "signed", "--user", "zoe", .. center]);
        Assert.True(await revoke.WaitForExitAsync() == 0, revoke.Output);
        Assert.NotEqual(0, await zoe.WaitForExitAsync());
        Assert.Contains("revoked", zoe.Output, StringComparison.Ordinal);
        await standalone.StopAsync();
    }
}
