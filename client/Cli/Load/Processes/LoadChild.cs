using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Load.Processes;

/// <summary>
/// This process is one of several of a run: its readings go to the one that started it, a line each, and it goes on when that one says so, by the
/// name of a stage on standard input. When the input ends, so does the run: a process whose parent is gone does not stay.
/// </summary>
internal sealed class LoadChild : IDisposable
{
    private readonly Terminal _terminal;
    private readonly CancellationTokenSource _over = new();
    private readonly Dictionary<LoadStage, TaskCompletionSource> _gates = new()
    {
        [LoadStage.Opening] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
        [LoadStage.Steady] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
    };

    public LoadChild(Terminal terminal)
    {
        _terminal = terminal;

        // The console blocks who reads it, and nothing wakes that thread: it may not keep the process.
        new Thread(Listen) { IsBackground = true, Name = "parent" }.Start();
    }

    /// <summary>The parent wants an end, or is gone.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Waits until the parent lets the run go on.</summary>
    /// <param name="stage">Into which stage: <see cref="LoadStage.Opening"/> or <see cref="LoadStage.Steady"/>.</param>
    /// <param name="cancellationToken">The run is over.</param>
    public Task MayEnterAsync(LoadStage stage, CancellationToken cancellationToken) => _gates[stage].Task.WaitAsync(cancellationToken);

    /// <summary>Tells the parent.</summary>
    public void Tell(LoadReading reading)
    {
        try
        {
            var writer = _terminal.Out.Profile.Out.Writer;
            writer.WriteLine(ReadingLine.Of(reading));
            writer.Flush();
        }
        catch (IOException)
        {
            // Nobody reads: the parent is gone.
            _over.Cancel();
        }
    }

    // Not disposed of the source: the thread that listens may still cancel it.
    public void Dispose() => _over.Cancel();

    private void Listen()
    {
        while (_terminal.In.ReadLine() is { } line && line != ReadingLine.NameOf(LoadStage.Ended))
        {
            if (ReadingLine.TryParse(line, out var stage) && _gates.TryGetValue(stage, out var gate))
            {
                gate.TrySetResult();
            }
        }

        _over.Cancel();
    }
}
