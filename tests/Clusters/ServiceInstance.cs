using System.Net;
using Microservices.Testing;

namespace Microservices.Clusters;

/// <summary>One process of a service, which keeps its ports and settings over restarts.</summary>
public sealed class ServiceInstance(string name, string dll, int port, int adminPort, IReadOnlyDictionary<string, string?> environment) : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private ServiceProcess? _process;
    private string _earlierOutput = "";

    public string Name => name;

    public int Port => port;

    /// <summary>All that its processes wrote.</summary>
    public string Output => _earlierOutput + _process?.Output;

    public bool IsRunning => _process is { IsRunning: true };

    public int ProcessId => Running.Id;

    private ServiceProcess Running => _process ?? throw new InvalidOperationException($"{name} was never started.");

    public async Task StartAsync()
    {
        if (_process is not null)
        {
            _earlierOutput += $"{_process.Output}\n---- {name} starts again ----\n";
            await _process.DisposeAsync();
        }

        // Where it starts it watches for changed settings: not in a folder in which others write.
        _process = await ServiceProcess.StartAsync(dll, [], environment, Path.GetDirectoryName(dll));
    }

    public Task WaitUntilReadyAsync() => Running.WaitUntilReadyAsync(adminPort, TimeSpan.FromSeconds(90));

    public Task KillAsync() => Running.KillAsync();

    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
        await WaitUntilReadyAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public Task<int> TerminateAsync()
    {
        Running.Send(Signal.Terminate);
        return Running.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    public void Send(Signal signal) => Running.Send(signal);

    /// <summary>What <c>/readyz</c> says; null while nothing listens.</summary>
    public Task<(HttpStatusCode Status, string Body)?> AskReadinessAsync() => AskAsync("readyz");

    /// <summary>The body of <c>/metrics</c>; empty while nothing listens.</summary>
    public async Task<string> AskMetricsAsync() => (await AskAsync("metrics"))?.Body ?? "";

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<(HttpStatusCode Status, string Body)?> AskAsync(string path)
    {
        try
        {
            using var reply = await Http.GetAsync(new Uri($"http://127.0.0.1:{adminPort}/{path}"));
            return (reply.StatusCode, await reply.Content.ReadAsStringAsync());
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
