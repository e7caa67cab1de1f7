namespace Microservices.Benchmarks.Measuring;

/// <summary>Private memory of a process that has come to rest.</summary>
internal static class SettledMemory
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Reads it once it has moved by no more than half a percent for some time; after 30 seconds as it is.</summary>
    public static async Task<long> ReadAsync(int processId, TimeSpan rest)
    {
        var looks = (int)(rest / Pause);
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        var recent = new Queue<long>();
        while (recent.Count < looks || (recent.Max() - recent.Min() > recent.Max() / 200 && Environment.TickCount64 < end))
        {
            await Task.Delay(Pause);
            recent.Enqueue(ProcessFigures.PrivateDirtyBytes(processId));
            if (recent.Count > looks)
            {
                recent.Dequeue();
            }
        }

        return recent.Last();
    }
}
