using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microservices.Benchmarks.IdleMemory;
using Microservices.Contracts.Center;
using CenterClient = Microservices.Contracts.Center.Center.CenterClient;

namespace Microservices.Benchmarks.Broadcast;

/// <summary>What one frame to everybody costs the gateway in CPU seconds for a million deliveries, and a loop in C that does nothing else.</summary>
internal static class BroadcastCpu
{
    private const int Broadcasts = 20;
    private const int PayloadBytes = 128;

    public static async Task RunAsync(Deployment deployment, List<IdleClient> clients)
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{deployment.CenterPort}");
        var center = new CenterClient(channel);
        var request = new PushRequest { App = "default", Everybody = new Everybody(), Payload = ByteString.CopyFrom(new byte[PayloadBytes]) };
        var key = new Metadata { { "authorization", $"Bearer {deployment.ApiKey}" } };

        var (gateway, frameBytes) = await MeasureAsync(deployment.GatewayProcessId, async () => await center.PushAsync(request, key), clients);
        Print($"broadcast, frame of {frameBytes} bytes: gateway", gateway);
        clients.ForEach(static client => client.Dispose());

        if (await EpollReference.TryStartAsync(clients.Count, frameBytes) is not { } reference)
        {
            Console.WriteLine("No C compiler (cc): no ratio.");
            return;
        }

        await using (reference)
        {
            var (floor, _) = await MeasureAsync(reference.ProcessId, reference.BroadcastAsync, reference.Clients);
            Print($"broadcast, frame of {frameBytes} bytes: C epoll", floor);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio: {gateway / floor:F2}"));
        }
    }

    // One after the other: each is complete before the next begins, so that nothing is coalesced. The first is for warming up.
    private static async Task<(double SecondsPerMillion, int FrameBytes)> MeasureAsync(int processId, Func<Task> broadcast, List<IdleClient> clients)
    {
        double before = 0;
        var frameBytes = 0;
        for (var i = 0; i <= Broadcasts; i++)
        {
            await broadcast();
            foreach (var client in clients)
            {
                frameBytes = IdleClient.HeaderBytes + (await client.ReceiveBodyAsync(CancellationToken.None)).Length;
            }

            before = i == 0 ? ProcessFigures.CpuSeconds(processId) : before;
        }

        return ((ProcessFigures.CpuSeconds(processId) - before) * 1e6 / Broadcasts / clients.Count, frameBytes);
    }

    private static void Print(string what, double secondsPerMillion) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {secondsPerMillion:F1} CPU s per million deliveries"));
}
