namespace Microservices.Benchmarks.Measuring;

/// <summary>A process that has come to rest: the code that just ran for the first time is compiled, and what the last load left is cleared up.</summary>
internal static class SettledCpu
{
    private const double MostSeconds = 0.02;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Waits until it has used no more than 4 % of a core for half a second; after 10 seconds no longer.</summary>
    public static async Task WaitAsync(int processId)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        double used;
        do
        {
            var before = ProcessFigures.CpuSeconds(processId);
            await Task.Delay(Pause);
            used = ProcessFigures.CpuSeconds(processId) - before;
        }
        while (used > MostSeconds && Environment.TickCount64 < end);
    }
}
