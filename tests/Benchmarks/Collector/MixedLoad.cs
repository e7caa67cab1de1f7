using Google.Protobuf;
using Microservices.Clusters;
using Microservices.Clusters.Crowds;
using Microservices.Contracts.Center;

namespace Microservices.Benchmarks.Collector;

/// <summary>What allocates and what doesn't at once: logins, messages to one and to all. The same amount each time, at the same pace where the machine keeps up.</summary>
internal sealed class MixedLoad : IAsyncDisposable
{
    private const int Returning = 100;
    private const int MostTurns = 400;
    private const int LeastTurns = 50;
    private const int ConnectionsPerTurn = 20;
    private const int TurnsPerBroadcast = 10;
    private const int UnicastsPerTurn = 10;
    private const int PayloadBytes = 128;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Silent = TimeSpan.FromHours(1);

    private readonly Cluster _cluster;
    private readonly Crowd _returning;

    private MixedLoad(Cluster cluster, Crowd returning) => (_cluster, _returning) = (cluster, returning);

    /// <summary>Some users that will log in again and again, each displacing itself.</summary>
    public static async Task<MixedLoad> PrepareAsync(Cluster cluster)
    {
        var load = new MixedLoad(cluster, await Crowd.NewAsync(cluster, Cluster.DefaultApp, Returning, Silent));
        await load._returning.LoginAsync(cluster.Gateways[0].Port);
        return load;
    }

    /// <summary>Beside 8,000 connections or more twenty seconds: 400 logins, 4,000 messages to one user each, 40 to all. Beside fewer, a part of it.</summary>
    public async Task RunAsync(int connections)
    {
        var turns = Math.Clamp(connections / ConnectionsPerTurn, LeastTurns, MostTurns);
        using var timer = new PeriodicTimer(Turn);
        for (var turn = 0; turn < turns; turn++)
        {
            await timer.WaitForNextTickAsync();
            List<Task> tasks = [_returning.Members[turn % Returning].LoginAsync(_cluster.Gateways[0].Port)];
            for (var i = 0; i < UnicastsPerTurn; i++)
            {
                tasks.Add(PushAsync(new PushRequest { Users = new Users { Users_ = { _returning.Members[(turn + i + (Returning / 2)) % Returning].User.Name } } }));
            }

            if (turn % TurnsPerBroadcast == 0)
            {
                tasks.Add(PushAsync(new PushRequest { Everybody = new Everybody() }));
            }

            await Task.WhenAll(tasks);
        }
    }

    public ValueTask DisposeAsync() => _returning.DisposeAsync();

    private async Task PushAsync(PushRequest request)
    {
        request.App = Cluster.DefaultApp;
        request.Payload = ByteString.CopyFrom(new byte[PayloadBytes]);
        await _cluster.Center().PushAsync(request);
    }
}
