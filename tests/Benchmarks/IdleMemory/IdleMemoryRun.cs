using System.Globalization;
using Microservices.Benchmarks.Broadcast;
using Microservices.Clusters;
using Microservices.Clusters.Crowds;

namespace Microservices.Benchmarks.IdleMemory;

/// <summary>Private memory of a gateway per idle authenticated session: Private_Dirty at N sessions minus at none, over N.</summary>
internal static class IdleMemoryRun
{
    private const int WarmUpSessions = 500;
    private static readonly TimeSpan Silent = TimeSpan.FromHours(1);

    public static async Task RunAsync(int sessions)
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small);
        var gateway = cluster.Gateways[0];

        // What the first logins cost once (code, pools, caches) is not a cost of a session.
        await using (var warming = await Crowd.NewAsync(cluster, Cluster.DefaultApp, WarmUpSessions, Silent))
        {
            await warming.LoginAsync(gateway.Port);
        }

        var empty = await SettledBytesAsync(gateway.ProcessId);
        await using var crowd = await Crowd.NewAsync(cluster, Cluster.DefaultApp, sessions, Silent);
        await crowd.LoginAsync(gateway.Port);
        var full = await SettledBytesAsync(gateway.ProcessId);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            sessions:                    {sessions}
            gateway private, empty:      {empty / 1048576.0:F1} MiB
            gateway private, with them:  {full / 1048576.0:F1} MiB
            per idle session:            {(full - empty) / sessions} bytes ({(full - empty) / 1024.0 / sessions:F2} KiB)
            """));
        foreach (var line in gateway.Output.Split('\n').Where(static line => line.Contains("Quiet again", StringComparison.Ordinal)))
        {
            Console.WriteLine(line);
        }

        await BroadcastCpu.RunAsync(cluster, crowd);
    }

    // Until it has not moved by more than half a percent for ten looks in a row, a second apart.
    private static async Task<long> SettledBytesAsync(int processId)
    {
        const int Looks = 10;
        var recent = new Queue<long>();
        while (recent.Count < Looks || recent.Max() - recent.Min() > recent.Max() / 200)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            recent.Enqueue(ProcessFigures.PrivateDirtyBytes(processId));
            if (recent.Count > Looks)
            {
                recent.Dequeue();
            }
        }

        return recent.Last();
    }
}
