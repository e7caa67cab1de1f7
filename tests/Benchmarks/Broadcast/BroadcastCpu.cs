using System.Globalization;
using Google.Protobuf;
using Microservices.Clusters;
using Microservices.Clusters.Crowds;
using Microservices.Contracts.Center;

namespace Microservices.Benchmarks.Broadcast;

/// <summary>What one frame to everybody costs the gateway in CPU seconds for a million deliveries, and a loop in C that does nothing else.</summary>
internal static class BroadcastCpu
{
    private const int Broadcasts = 20;
    private const int PayloadBytes = 128;

    public static async Task RunAsync(Cluster cluster, Crowd crowd)
    {
        var center = cluster.Center();
        var request = new PushRequest { App = crowd.App, Everybody = new Everybody(), Payload = ByteString.CopyFrom(new byte[PayloadBytes]) };
        ClientConnection[] connections = [.. crowd.Members.Select(static member => member.Connection!)];

        var (gateway, frameBytes) = await MeasureAsync(cluster.Gateways[0].ProcessId, async () => await center.PushAsync(request), connections);
        Print($"broadcast, frame of {frameBytes} bytes: gateway", gateway);
        Array.ForEach(connections, static connection => connection.Dispose());

        if (await EpollReference.TryStartAsync(connections.Length, frameBytes) is not { } reference)
        {
            Console.WriteLine("No C compiler (cc): no ratio.");
            return;
        }

        await using (reference)
        {
            var (floor, _) = await MeasureAsync(reference.ProcessId, reference.BroadcastAsync, reference.Connections);
            Print($"broadcast, frame of {frameBytes} bytes: C epoll", floor);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio: {gateway / floor:F2}"));
        }
    }

    // One after the other: each is complete before the next begins, so that nothing is coalesced. The first is for warming up.
    private static async Task<(double SecondsPerMillion, int FrameBytes)> MeasureAsync(int processId, Func<Task> broadcast, ClientConnection[] connections)
    {
        double before = 0;
        for (var i = 0; i <= Broadcasts; i++)
        {
            var frames = connections.Select(static connection => connection.Frames).ToArray();
            await broadcast();
            for (var c = 0; c < connections.Length; c++)
            {
                while (connections[c].Frames == frames[c])
                {
                    await Task.Delay(1);
                }
            }

            before = i == 0 ? ProcessFigures.CpuSeconds(processId) : before;
        }

        return ((ProcessFigures.CpuSeconds(processId) - before) * 1e6 / Broadcasts / connections.Length, connections[0].LatestFrameBytes);
    }

    private static void Print(string what, double secondsPerMillion) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {secondsPerMillion:F1} CPU s per million deliveries"));
}
