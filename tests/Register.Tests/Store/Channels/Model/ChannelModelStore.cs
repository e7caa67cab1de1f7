using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels.Model;

/// <summary>A store that a story is told on.</summary>
/// <param name="Time">Null: the store has a clock of its own.</param>
internal sealed record ChannelModelStore(
    ISessionStore Sessions, IChannelStore Channels, ManualTime? Time, Func<Task<IChannelStore>> Restart, Func<Task<Stores>> Wipe, Func<Task> Close);
