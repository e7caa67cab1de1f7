namespace Microservices.Testing;

/// <summary>A Redis Cluster of three masters without replicas.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16_384;

    private RedisCluster(IReadOnlyList<RedisServer> masters) => Masters = masters;

    /// <summary>The three; slots are spread evenly over them.</summary>
    public IReadOnlyList<RedisServer> Masters { get; }

    /// <summary>All endpoints, separated by commas, as StackExchange.Redis takes them.</summary>
    public string Endpoints => string.Join(',', Masters.Select(master => master.Endpoint));

    /// <summary>Starts the three, joins them, and waits until all of them call the cluster whole.</summary>
    public static async Task<RedisCluster> StartAsync()
    {
        var masters = Enumerable.Range(0, 3).Select(_ => new RedisServer(
            "--cluster-enabled", "yes", "--cluster-port", $"{FreePorts.Take()}", "--cluster-node-timeout", "5000")).ToArray();
        var cluster = new RedisCluster(masters);
        try
        {
            await Task.WhenAll(masters.Select(master => master.StartAsync()));
            await cluster.JoinAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var master in Masters)
        {
            await master.DisposeAsync();
        }
    }

    private async Task JoinAsync()
    {
        for (var i = 0; i < Masters.Count; i++)
        {
            var (first, last) = (Slots * i / Masters.Count, (Slots * (i + 1) / Masters.Count) - 1);
            await Masters[i].CliAsync("cluster", "addslotsrange", $"{first}", $"{last}");
        }

        // One configuration epoch each: otherwise the nodes first have to settle who has which.
        for (var i = 0; i < Masters.Count; i++)
        {
            await Masters[i].CliAsync("cluster", "set-config-epoch", $"{i + 1}");
        }

        foreach (var other in Masters.Skip(1))
        {
            var busPort = (await other.CliAsync("config", "get", "cluster-port")).Split('\n')[^1];
            await Masters[0].CliAsync("cluster", "meet", "127.0.0.1", $"{other.Port}", busPort);
        }

        var states = new string[Masters.Count];
        await Eventually.HoldsAsync(
            async () =>
            {
                for (var i = 0; i < Masters.Count; i++)
                {
                    states[i] = await Masters[i].CliAsync("cluster", "info");
                }

                return states.All(state => state.Contains("cluster_state:ok", StringComparison.Ordinal)
                    && state.Contains("cluster_known_nodes:3", StringComparison.Ordinal));
            },
            "all three masters say cluster_state:ok",
            () => string.Join("\n\n", states));
    }
}
