using System.Diagnostics;

namespace Microservices.Testing;

/// <summary>A program that runs to its end, as a child of the tests.</summary>
public static class Tool
{
    /// <summary>Runs it, and returns what it wrote: the last megabyte of standard output and standard error.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has its output.</exception>
    /// <exception cref="TimeoutException">It still ran at the deadline, and was killed; the message has its output.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string workingDirectory, TimeSpan deadline)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = workingDirectory };
        var command = $"{program} {string.Join(' ', start.ArgumentList)}";
        await using var child = await ChildProcess.StartAsync(start);
        var code = await child.WaitForExitAsync(deadline);
        var output = await child.ReadToEndAsync();
        return code == 0 ? output : throw new InvalidOperationException($"'{command}' ended with code {code}. Output:\n{output}");
    }
}
