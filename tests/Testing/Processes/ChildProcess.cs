using System.Diagnostics;

namespace Microservices.Testing;

/// <summary>A child that dies with the test run. Its output is kept, within a bound.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(10);
    private readonly Process _process;
    private readonly ChildOutput _output = new();
    private readonly Task _reading;
    private readonly string _name;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(string name, Process process)
    {
        _name = name;
        _process = process;
        process.Exited += (_, _) => _exited.TrySetResult(process.ExitCode);
        process.EnableRaisingEvents = true;
        _reading = Task.WhenAll(_output.ReadAsync(process.StandardOutput), _output.ReadAsync(process.StandardError));
    }

    public int Id => _process.Id;

    public bool IsRunning => !_exited.Task.IsCompleted;

    public int? ExitCode => _exited.Task.IsCompleted ? _exited.Task.Result : null;

    public string Output => _output.ToString();

    public static async Task<ChildProcess> StartAsync(ProcessStartInfo start)
    {
        var name = Path.GetFileName(start.FileName);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return new ChildProcess(name, await ChildLauncher.StartAsync(start));
    }

    public void Send(Signal signal)
    {
        if (IsRunning)
        {
            Signals.Send(_process.Id, signal);
        }
    }

    public async Task<int> WaitForExitAsync(TimeSpan deadline)
    {
        try
        {
            return await _exited.Task.WaitAsync(deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_name} (process {_process.Id}) still runs after {deadline}. Output:\n{Output}");
        }
    }

    public Task WaitForOutputAsync(string text, TimeSpan deadline) =>
        WaitForAsync(_output.WhenSeen(text), $"write \"{text}\"", deadline);

    /// <summary>Waits for something that the child must do while it runs; tells its output when it fails to.</summary>
    public async Task WaitForAsync(Task done, string what, TimeSpan deadline)
    {
        var first = await Task.WhenAny(done, _exited.Task, Task.Delay(deadline));
        if (first == done || done.IsCompletedSuccessfully)
        {
            await done;
            return;
        }

        var end = ExitCode is { } code ? $"ended with code {code}" : $"had {deadline}";
        throw new TimeoutException($"{_name} (process {_process.Id}) did not {what}: it {end}. Output:\n{Output}");
    }

    /// <summary>All that a child that has ended wrote. A grandchild that keeps its pipe open is not waited for.</summary>
    public async Task<string> ReadToEndAsync()
    {
        await Task.WhenAny(_reading, Task.Delay(KillDeadline));
        return Output;
    }

    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await WaitForExitAsync(KillDeadline);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
