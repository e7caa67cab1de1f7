using System.Diagnostics;
using System.Text.Json;
using Microservices.Cli.Center;
using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Load.Processes;

/// <summary>A process that this one started for a share of a run. It ends when its input does: with this process, however that ends.</summary>
internal sealed class LoadProcess : IDisposable
{
    private const int MaxErrorCharacters = 300;

    // Less than this process has after Ctrl+C: CliApp.EndTimeout.
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(15);

    // A runtime starts, and perhaps a dispatcher is asked for addresses, before it tells anything.
    private const int SecondsToBegin = 180;
    private const int NotAwaited = int.MinValue / 2;

    private readonly Process _process;
    private readonly int _maxSilence;
    private readonly Timer _silence;
    private int _silentSeconds;
    private volatile bool _wasSilent;
    private string _error = "";

    private LoadProcess(LoadShare share, Process process, TimeSpan maxSilence)
    {
        (Share, _process, _maxSilence) = (share, process, (int)maxSilence.TotalSeconds);
        _silentSeconds = Math.Min(0, _maxSilence - SecondsToBegin);
        _silence = new Timer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public LoadShare Share { get; }

    /// <summary>Starts it.</summary>
    /// <param name="share">What it is for.</param>
    /// <param name="arguments">Of this program.</param>
    /// <param name="key">The center's API key, which it gets by its environment; null when it needs none.</param>
    /// <param name="maxSilence">It tells something each second; one that tells nothing for so long is killed.</param>
    public static LoadProcess Start(LoadShare share, IReadOnlyList<string> arguments, string? key, TimeSpan maxSilence)
    {
        var (program, before) = Program();
        var start = new ProcessStartInfo(program, [.. before, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (key is not null)
        {
            start.Environment[CenterOptions.KeyVariable] = key;
        }

        return new LoadProcess(share, Process.Start(start)!, maxSilence);
    }

    /// <summary>Follows it to its end.</summary>
    /// <param name="take">Told of each of its readings.</param>
    /// <returns>Null when it came to its end; otherwise how it ended.</returns>
    public async Task<string?> FollowAsync(Action<LoadReading> take)
    {
        var reading = ReadErrorsAsync();
        var isDone = false;
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                // What this process takes to take it, such as a terminal that stands still, is not its silence.
                Volatile.Write(ref _silentSeconds, NotAwaited);
                var told = ReadingLine.Read(line);
                take(told);
                isDone |= told.Stage == LoadStage.Ended;
                Volatile.Write(ref _silentSeconds, isDone ? NotAwaited : 0);
            }
        }
        catch (JsonException)
        {
            Kill();
            return "said what is no reading";
        }
        catch (Exception fault)
        {
            Kill();
            return $"could not be followed ({fault.Message.TrimEnd('.')})";
        }

        await _process.WaitForExitAsync();
        await reading;
        return isDone ? null
            : _wasSilent ? $"told nothing for {_maxSilence} s and was killed"
            : $"ended with exit code {_process.ExitCode}{(_error.Length > 0 ? $" ({_error})" : "")}";
    }

    /// <summary>Lets it go on into a stage.</summary>
    public void Send(LoadStage stage)
    {
        try
        {
            _process.StandardInput.WriteLine(ReadingLine.NameOf(stage));
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It is gone, which who follows it tells.
        }
    }

    /// <summary>Waits for its end, and ends it when it takes too long.</summary>
    public async Task EndAsync()
    {
        Send(LoadStage.Ended);
        using var deadline = new CancellationTokenSource(EndTimeout);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    public void Dispose()
    {
        _silence.Dispose();
        Kill();
        _process.Dispose();
    }

    // Ticks are counted, so that the time in which this process itself stood still is one.
    private void Tick()
    {
        if (Interlocked.Increment(ref _silentSeconds) > _maxSilence)
        {
            _wasSilent = true;
            Kill();
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                _error = line.Length > MaxErrorCharacters ? line[..MaxErrorCharacters] : line.TrimEnd('.');
            }
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    // "dotnet Microservices.Cli.dll", or the executable that the SDK makes of it.
    private static (string Program, string[] Before) Program()
    {
        var running = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(running) == "dotnet" ? (running, ["exec", typeof(LoadProcess).Assembly.Location]) : (running, []);
    }
}
