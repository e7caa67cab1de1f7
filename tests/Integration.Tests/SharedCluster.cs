using Microservices.Clusters;
using Microservices.Integration.Tests;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace Microservices.Integration.Tests;

/// <summary>
/// The one cluster of all tests that break nothing. Started by the first that asks for it, so that a run of other tests doesn't pay for it.
/// </summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private readonly Lazy<Task<Cluster>> _cluster = new(static () => Cluster.StartNewAsync(ClusterShape.Full));

    internal Task<Cluster> GetAsync() => _cluster.Value;

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated && _cluster.Value.IsCompletedSuccessfully)
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }
}
