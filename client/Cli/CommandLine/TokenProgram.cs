using System.Diagnostics;

namespace Microservices.Cli.CommandLine;

/// <summary>A program of the user's that prints a token, asked before each connection and before the token's end.</summary>
internal static class TokenProgram
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>The first line that it prints.</summary>
    /// <exception cref="CliException">It failed, took too long, or printed no token.</exception>
    public static async ValueTask<string> RunAsync(string command, CancellationToken cancellationToken)
    {
        using var program = new Process { StartInfo = StartOf(command) };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            program.Start();
            var printed = await program.StandardOutput.ReadToEndAsync(deadline.Token);
            await program.WaitForExitAsync(deadline.Token);
            return program.ExitCode == 0
                ? Secrets.Check("token", "that --token-command printed", printed.Split('\n', 2)[0].Trim())
                : throw new CliException($"--token-command ended with {program.ExitCode}");
        }
        catch (OperationCanceledException)
        {
            program.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new CliException($"--token-command took longer than {Timeout.TotalSeconds} s");
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new CliException($"--token-command cannot be started: {fault.Message}");
        }
    }

    private static ProcessStartInfo StartOf(string command)
    {
        var (shell, flag) = OperatingSystem.IsWindows() ? ("cmd.exe", "/c") : ("/bin/sh", "-c");
        return new ProcessStartInfo(shell) { ArgumentList = { flag, command }, RedirectStandardOutput = true, UseShellExecute = false };
    }
}
