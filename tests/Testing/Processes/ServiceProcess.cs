using System.Diagnostics;

namespace Microservices.Testing;

/// <summary>One of our programs as a child process. It dies with the test run.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly ChildProcess _child;

    private ServiceProcess(ChildProcess child) => _child = child;

    /// <summary>The process id.</summary>
    public int Id => _child.Id;

    /// <summary>False once it has ended.</summary>
    public bool IsRunning => _child.IsRunning;

    /// <summary>Its exit code, 128 + n when signal n ended it; null while it runs.</summary>
    public int? ExitCode => _child.ExitCode;

    /// <summary>The last megabyte that it wrote to standard output and standard error.</summary>
    public string Output => _child.Output;

    /// <summary>All of it, of one that has ended: what it wrote last may be on its way still.</summary>
    public Task<string> ReadToEndAsync() => _child.ReadToEndAsync();

    /// <summary>Starts <c>dotnet dll arguments…</c>.</summary>
    /// <param name="dll">See <see cref="Repository.Dll"/>.</param>
    /// <param name="arguments">Passed on as they are.</param>
    /// <param name="environment">Set in addition to the environment of the tests; null removes one.</param>
    /// <param name="workingDirectory">The folder of the tests when null.</param>
    public static async Task<ServiceProcess> StartAsync(
        string dll,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", dll, .. arguments]) { WorkingDirectory = workingDirectory ?? "" };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new ServiceProcess(await ChildProcess.StartAsync(start));
    }

    /// <summary>Waits until <c>/readyz</c> on its admin port answers 200.</summary>
    public Task WaitUntilReadyAsync(int adminPort, TimeSpan? deadline = null) =>
        _child.WaitForAsync(BecomesReadyAsync(adminPort), $"become ready on port {adminPort}", deadline ?? Eventually.DefaultDeadline);

    /// <summary>Waits for a line of output that contains the text.</summary>
    public Task WaitForOutputAsync(string text, TimeSpan? deadline = null) => _child.WaitForOutputAsync(text, deadline ?? Eventually.DefaultDeadline);

    /// <summary>Waits until it has ended, and returns its exit code.</summary>
    public Task<int> WaitForExitAsync(TimeSpan? deadline = null) => _child.WaitForExitAsync(deadline ?? Eventually.DefaultDeadline);

    /// <summary>Sends a signal and returns at once.</summary>
    public void Send(Signal signal) => _child.Send(signal);

    /// <summary>Ends it with SIGKILL and waits until it is gone.</summary>
    public Task KillAsync() => _child.KillAsync();

    /// <summary>Kills it if it still runs.</summary>
    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private async Task BecomesReadyAsync(int adminPort)
    {
        while (_child.IsRunning)
        {
            try
            {
                using var reply = await Http.GetAsync(new Uri($"http://127.0.0.1:{adminPort}/readyz"));
                if (reply.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(20);
        }

        throw new InvalidOperationException("It ended.");
    }
}
