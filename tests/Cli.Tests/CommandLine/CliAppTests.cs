using Microservices.Cli.Tests.Running;

namespace Microservices.Cli.Tests.CommandLine;

public sealed class CliAppTests
{
    [Fact]
    public async Task Run_NoArguments_ShowsTheCommands()
    {
        var run = await CommandRun.OfAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.All(["chat", "push", "kick", "who", "token", "apps", "rooms", "load"], command => Assert.Contains(command, run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("push", "--to", "a", "--text", "x", "--wrong")]
    [InlineData("pusch")]
    public async Task Run_NotUnderstood_IsOneSentenceAndExitCodeOne(params string[] args)
    {
        var run = await CommandRun.OfAsync(args);

        run.AssertFailed("--help'.");
    }

    [Fact]
    public async Task Run_NoCenterListens_SaysWhereItLooked()
    {
        var run = await CommandRun.OfAsync("rooms", "--center", "http://127.0.0.1:1", "--key", "secret-key-of-mine");

        run.AssertFailed("No center answers at http://127.0.0.1:1");
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NotAnAddress_SaysSo() =>
        (await CommandRun.OfAsync("rooms", "--center", "nowhere", "--key", "k")).AssertFailed("--center 'nowhere' is not an address");

    [Fact]
    public async Task Run_WrongKey_SaysSoWithoutTheKey()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync("rooms", "--center", center.Address, "--key", "another-secret");

        run.AssertFailed("The center does not know the API key: unknown key.");
        Assert.DoesNotContain("another", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CenterRefuses_PassesItsSentenceOn()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Fault = new Grpc.Core.Status(Grpc.Core.StatusCode.PermissionDenied, "The key lacks the scope 'rooms'.");

        (await CommandRun.OfAsync(center, "rooms")).AssertFailed("The center refused (PermissionDenied): The key lacks the scope 'rooms'.");
    }

    [Fact]
    public async Task Run_CenterIsUnavailableItself_DoesNotSayThatNobodyAnswers()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Fault = new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "Register is away.");

        (await CommandRun.OfAsync(center, "rooms")).AssertFailed("The center refused (Unavailable): Register is away.");
    }

    [Fact]
    public async Task Run_NoKeyFile_SaysWhich() =>
        (await CommandRun.OfAsync("rooms", "--key-file", "/nowhere/key.txt")).AssertFailed("The API key file '/nowhere/key.txt' cannot be read: there is no such file.");

    [Fact]
    public async Task Run_KeyTwice_SaysSo() =>
        (await CommandRun.OfAsync("rooms", "--key-file", "f", "--key", "k")).AssertFailed("--key and --key-file are both given");

    [Fact]
    public async Task Run_KeyFile_IsTrimmed()
    {
        await using var center = await FakeCenter.StartAsync();
        using var file = new TemporaryFile($"\n  {FakeCenter.Key} \r\n");

        var run = await CommandRun.OfAsync("rooms", "--center", center.Address, "--key-file", file.Path);

        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task Run_KeyFileWithoutAKey_SaysSoWithoutItsContent(string content)
    {
        using var file = new TemporaryFile(content);

        var run = await CommandRun.OfAsync("rooms", "--key-file", file.Path);

        run.AssertFailed(file.Path);
        Assert.DoesNotContain("two words", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ca-file", "ca.pem")]
    [InlineData("--server-name", "gateway.example")]
    public async Task TlsOption_WithoutTls_SaysWhatItNeeds(string option, string value)
    {
        var run = await CommandRun.OfAsync("chat", "--user", "alice", "--token", "t", option, value);

        run.AssertFailed($"{option} needs --tls.");
    }

    [Fact]
    public async Task CaFile_ThatIsNotThere_IsNamed()
    {
        var run = await CommandRun.OfAsync("receive", "--user", "alice", "--token", "t", "--tls", "--ca-file", "/nowhere/ca.pem");

        run.AssertFailed("CaFile is '/nowhere/ca.pem'");
    }
}
