using System.Diagnostics;
using System.Text.Json;

namespace Microservices.Integration.Tests.ChatProtocol;

/// <summary>Runs a scenario of the Python client (Python/scenarios) in a process of its own.</summary>
internal static class PythonScenario
{
    private const string Checkpoint = "checkpoint ";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs to the end. At each of its checkpoints <paramref name="atCheckpoint"/> looks at the platform before the scenario goes on.</summary>
    public static async Task RunAsync(string scenario, ScenarioWorld world, Func<string, Task>? atCheckpoint = null)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { "-u", "-B", Path.Combine(AppContext.BaseDirectory, "Python", "run.py"), scenario },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(world, JsonSerializerOptions.Web).AsMemory(), patience.Token);
            await process.StandardInput.FlushAsync(patience.Token);
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith(Checkpoint, StringComparison.Ordinal))
                {
                    await (atCheckpoint?.Invoke(line[Checkpoint.Length..]) ?? Task.CompletedTask);
                    await process.StandardInput.WriteLineAsync("go on".AsMemory(), patience.Token);
                    await process.StandardInput.FlushAsync(patience.Token);
                }
            }

            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 0, $"{scenario} ended with {process.ExitCode}:\n{await errors}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
