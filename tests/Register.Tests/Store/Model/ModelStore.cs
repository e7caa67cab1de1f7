using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Model;

/// <summary>A store that may lose everything.</summary>
internal sealed class ModelStore(Stores stores, Func<Task<Stores>> wipe)
{
    private Stores _stores = stores;

    public ISessionStore Sessions => _stores.Sessions;

    public IEventOutbox Outbox => _stores.Outbox;

    public async Task WipeAsync() => _stores = await wipe();
}
