[assembly: AssemblyFixture(typeof(Microservices.Bus.Tests.Support.Broker))]

namespace Microservices.Bus.Tests.Support;

/// <summary>The broker that the tests share. None of them harms it: those that do have their own.</summary>
public sealed class Broker : IAsyncLifetime
{
    public RabbitServer Server { get; } = new();

    public async ValueTask InitializeAsync() => await Server.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
