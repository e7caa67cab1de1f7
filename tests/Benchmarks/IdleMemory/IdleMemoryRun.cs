using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Microservices.Benchmarks.Broadcast;
using Microservices.Contracts.Register;

namespace Microservices.Benchmarks.IdleMemory;

/// <summary>Private memory of a gateway per idle authenticated session: Private_Dirty at N sessions minus at none, over N.</summary>
internal static class IdleMemoryRun
{
    public const int DefaultSessions = 10_000;

    private const int WarmUpSessions = 500;
    private const int LoginsAtOnce = 100;

    public static async Task RunAsync(int sessions)
    {
        await using var deployment = await Deployment.StartAsync();
        await IssueTokensAsync(deployment, Math.Max(sessions, WarmUpSessions));

        // What the first logins cost once (code, pools, caches) is not a cost of a session.
        foreach (var client in await ConnectAsync(deployment, WarmUpSessions))
        {
            client.Dispose();
        }

        var empty = await SettledBytesAsync(deployment.GatewayProcessId);
        var clients = await ConnectAsync(deployment, sessions);
        var full = await SettledBytesAsync(deployment.GatewayProcessId);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            sessions:                    {sessions}
            gateway private, empty:      {empty / 1048576.0:F1} MiB
            gateway private, with them:  {full / 1048576.0:F1} MiB
            per idle session:            {(full - empty) / sessions} bytes ({(full - empty) / 1024.0 / sessions:F2} KiB)
            """));
        foreach (var line in deployment.GatewayLog.Split('\n').Where(static line => line.Contains("Quiet again", StringComparison.Ordinal)))
        {
            Console.WriteLine(line);
        }

        await BroadcastCpu.RunAsync(deployment, clients);
    }

    public static string UserOf(int number) => $"idle-{number}";

    public static string TokenOf(int number) => $"token-of-idle-user-{number}";

    private static async Task IssueTokensAsync(Deployment deployment, int count)
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{deployment.RegisterPort}");
        var tokens = new Tokens.TokensClient(channel);
        var headers = new Metadata { { "authorization", $"Bearer {deployment.Secret}" } };
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce }, async (number, cancellation) =>
            await tokens.IssueAsync(new IssueTokenRequest { App = "default", User = UserOf(number), Token = TokenOf(number) }, headers, cancellationToken: cancellation));
    }

    private static async Task<List<IdleClient>> ConnectAsync(Deployment deployment, int count)
    {
        var clients = new IdleClient[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce }, async (number, cancellation) =>
            clients[number] = await IdleClient.LoginAsync(deployment.GatewayPort, number, cancellation));
        return [.. clients];
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
