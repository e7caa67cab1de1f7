using Microservices.Testing;

namespace Microservices.Integration.Tests.Faults;

/// <summary>Tests with a cluster of their own, one after the other: each is nearly ten processes.</summary>
[CollectionDefinition(Name)]
public sealed class FaultCollection : ICollectionFixture<SharedBroker>
{
    public const string Name = "faults";
}

/// <summary>The broker of all clusters whose tests leave it alone; each has a virtual host of its own.</summary>
public sealed class SharedBroker : IAsyncDisposable
{
    private readonly Lazy<Task<RabbitServer>> _server = new(RabbitServer.StartNewAsync);

    public Task<RabbitServer> GetAsync() => _server.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
