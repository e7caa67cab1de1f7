using System.Threading.Channels;
using Microservices.Cli.CommandLine;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Running;

/// <summary>A command that runs while the test types and reads.</summary>
internal sealed class RunningCommand : IAsyncDisposable
{
    private readonly Recorded _output = new();
    private readonly Recorded _error = new();
    private readonly Typed _input = new();
    private readonly CancellationTokenSource _interrupt = new();
    private readonly Task<int> _run;

    public RunningCommand(params string[] args) =>
        _run = Task.Run(() => CliApp.RunAsync(args, Terminal.Of(_output, _error, _input), _interrupt.Token));

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public void Type(string line) => _input.Add(line);

    /// <summary>The input is at its end, as when a pipe closes.</summary>
    public void EndInput() => _input.Add(null);

    public Task PrintsAsync(string text) =>
        Eventually.HoldsAsync(() => Output.Contains(text, StringComparison.Ordinal), $"'{text}' is printed", () => Output + Error);

    /// <summary>Ctrl+C.</summary>
    public Task CancelAsync() => _interrupt.CancelAsync();

    public async Task<CommandRun> EndAsync() => new(await _run.WaitAsync(Eventually.DefaultDeadline), Output, Error);

    public async ValueTask DisposeAsync()
    {
        await _interrupt.CancelAsync();
        EndInput();
        await _run.WaitAsync(Eventually.DefaultDeadline);
        _interrupt.Dispose();
    }

    // Blocks its reader until a line is typed, as the console does.
    private sealed class Typed : TextReader
    {
        private readonly Channel<string?> _lines = Channel.CreateUnbounded<string?>();

        public void Add(string? line) => _lines.Writer.TryWrite(line);

        public override string? ReadLine() => _lines.Reader.ReadAsync().AsTask().GetAwaiter().GetResult();

        public override Task<string?> ReadLineAsync() => Task.FromResult(ReadLine());
    }
}
