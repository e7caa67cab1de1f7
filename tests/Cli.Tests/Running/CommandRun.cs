using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Tests.Running;

/// <summary>A command that was run to its end.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs it without a center.</summary>
    public static Task<CommandRun> OfAsync(params string[] args) => OfAsync(args, "", CancellationToken.None);

    /// <summary>Runs it with the address and key of <paramref name="center"/>.</summary>
    public static Task<CommandRun> OfAsync(FakeCenter center, params string[] args) =>
        OfAsync([.. args, "--center", center.Address, "--key", FakeCenter.Key]);

    public static async Task<CommandRun> OfAsync(string[] args, string input, CancellationToken cancellationToken)
    {
        using var output = new Recorded();
        using var error = new Recorded();
        using var reader = new StringReader(input);
        var exitCode = await CliApp.RunAsync(args, Terminal.Of(output, error, reader), cancellationToken);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>It failed with this sentence alone.</summary>
    public void AssertFailed(string expected)
    {
        Assert.Equal(1, ExitCode);
        Assert.Contains(expected, Error, StringComparison.Ordinal);
        Assert.Single(Error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.Empty(Output);
    }
}
