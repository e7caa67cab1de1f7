using CenterClient = Microservices.Contracts.Center.Center.CenterClient;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microservices.Contracts.Center;

namespace Microservices.Benchmarks.IdleMemory;

/// <summary>What one frame to everybody costs the gateway, in CPU seconds for a million deliveries.</summary>
internal static class BroadcastCpu
{
    private const int Broadcasts = 20;
    private const int PayloadBytes = 128;

    public static async Task RunAsync(Deployment deployment, List<IdleClient> clients)
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{deployment.CenterPort}");
        var center = new CenterClient(channel);

        await BroadcastAsync(deployment, center, clients);
        var before = ProcessFigures.CpuSeconds(deployment.GatewayProcessId);
        for (var i = 0; i < Broadcasts; i++)
        {
            await BroadcastAsync(deployment, center, clients);
        }

        var cpu = ProcessFigures.CpuSeconds(deployment.GatewayProcessId) - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"broadcast of {PayloadBytes} bytes:      {cpu * 1e6 / Broadcasts / clients.Count:F1} CPU s per million deliveries"));
    }

    // One after the other: each is complete before the next begins, so that nothing is coalesced.
    private static async Task BroadcastAsync(Deployment deployment, CenterClient center, List<IdleClient> clients)
    {
        var request = new PushRequest { App = "default", Everybody = new Everybody(), Payload = ByteString.CopyFrom(new byte[PayloadBytes]) };
        await center.PushAsync(request, new Metadata { { "authorization", $"Bearer {deployment.ApiKey}" } });
        foreach (var client in clients)
        {
            await client.ReceiveBodyAsync(CancellationToken.None);
        }
    }
}
