using System.Diagnostics;

namespace Microservices.Testing;

/// <summary>A program of the system that runs until it is disposed of, as a child of the tests.</summary>
public sealed class ToolProcess : IAsyncDisposable
{
    private readonly ChildProcess _child;

    private ToolProcess(ChildProcess child) => _child = child;

    /// <summary>The process id.</summary>
    public int Id => _child.Id;

    /// <summary>Starts it.</summary>
    public static async Task<ToolProcess> StartAsync(string program, IEnumerable<string> arguments, string workingDirectory) =>
        new(await ChildProcess.StartAsync(new ProcessStartInfo(program, arguments) { WorkingDirectory = workingDirectory }));

    /// <summary>Waits for a line of output that contains the text.</summary>
    public Task WaitForOutputAsync(string text, TimeSpan? deadline = null) => _child.WaitForOutputAsync(text, deadline ?? Eventually.DefaultDeadline);

    /// <summary>Kills it if it still runs.</summary>
    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
