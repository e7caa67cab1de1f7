namespace Microservices.Fault.Tests.Support;

/// <summary>
/// The cluster that the tests break, one after the other. Each gets it whole: what does not run is started again; a cluster that doesn't
/// become ready by that is thrown away for a new one on the same broker.
/// </summary>
public sealed class FaultCluster : IAsyncDisposable
{
    private static readonly ClusterShape Shape = new(Registers: 2, Gateways: 3, Centers: 2, Dispatchers: 0)
    {
        Options = new Dictionary<string, string>
        {
            ["Rooms__LeaseTime"] = $"{FaultSizes.Lease:c}",
            ["Shutdown__ReconnectSpread"] = "00:00:01",
        },
    };

    private readonly RabbitServer _rabbit = new();
    private bool _rabbitRuns;
    private Cluster? _cluster;

    /// <summary>The broker that it uses.</summary>
    public RabbitServer Broker => _rabbit;

    /// <summary>The cluster with everything ready.</summary>
    public async Task<Cluster> GetAsync()
    {
        if (!_rabbitRuns)
        {
            await _rabbit.StartAsync();
            _rabbitRuns = true;
        }

        if (_cluster is not null && !await TryHealAsync(_cluster))
        {
            await _cluster.DisposeAsync();
            _cluster = null;
        }

        _cluster ??= await Cluster.StartNewAsync(Shape, _rabbit);

        // What the test before killed is still a room until its lease is over.
        await _cluster.WaitUntilRoomsAreKnownAsync();
        return _cluster;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        await _rabbit.DisposeAsync();
    }

    private static async Task<bool> TryHealAsync(Cluster cluster)
    {
        try
        {
            await cluster.HealAsync();
            return true;
        }
        catch (Exception fault) when (fault is TimeoutException or InvalidOperationException)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"A new cluster: the one before did not become ready. {fault.Message}");
            return false;
        }
    }
}

/// <summary>One after the other: each needs the machine for itself.</summary>
[CollectionDefinition(Name)]
public sealed class FaultCollection : ICollectionFixture<FaultCluster>
{
    public const string Name = "faults";
}
