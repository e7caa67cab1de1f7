using System.Diagnostics;

namespace Microservices.Testing;

internal static class RedisCli
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task<string> RunAsync(IEnumerable<string> arguments)
    {
        DebianPackage.Require("redis-tools", "/usr/bin/redis-cli");
        using var cli = Process.Start(new ProcessStartInfo("/usr/bin/redis-cli", ["-h", "127.0.0.1", .. arguments]) { RedirectStandardOutput = true })!;
        using var deadline = new CancellationTokenSource(Deadline);
        var output = await cli.StandardOutput.ReadToEndAsync(deadline.Token);
        await cli.WaitForExitAsync(deadline.Token);
        return cli.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"redis-cli {string.Join(' ', arguments)} ended with code {cli.ExitCode}: {output}");
    }
}
