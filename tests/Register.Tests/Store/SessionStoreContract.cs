using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

/// <summary>What every session store does. Each test has an app of its own, so that they can share a server.</summary>
public abstract class SessionStoreContract(StoreFixture fixture)
{
    internal const ulong Room = 0x0006_4000_0000_0001;
    internal const ulong OtherRoom = 0x0006_4000_0000_0002;

    private protected string App { get; } = "t" + Guid.NewGuid().ToString("N")[..12];

    private protected async Task<ISessionStore> SessionsAsync() => (await fixture.StoresAsync()).Sessions;

    private protected SessionClaim Single(string user, ulong room = Room, ulong session = 1, ulong? held = null, string device = "") =>
        new(NewSession(user, room, session, device, reader: ""), PerDevice: false, held);

    private protected SessionClaim OnDevice(string user, string device, ulong room = Room, ulong session = 1, ulong? held = null) =>
        new(NewSession(user, room, session, device, reader: device), PerDevice: true, held);

    private protected async Task<ClaimOutcome> ClaimAsync(SessionClaim claim) =>
        Assert.Single((await (await SessionsAsync()).ClaimAsync([claim], CancellationToken.None)).Outcomes);

    private protected async Task<ulong> ClaimedAsync(SessionClaim claim)
    {
        var outcome = await ClaimAsync(claim);
        Assert.Equal(ClaimState.Claimed, outcome.State);
        return outcome.Epoch;
    }

    private protected async Task<bool> EndAsync(string user, ulong epoch, uint code = 3004, uint silentMs = 0) =>
        Assert.Single(await (await SessionsAsync()).EndAsync([new SessionEnd(App, user, epoch, code, silentMs)], CancellationToken.None));

    private protected async Task<IReadOnlyList<Session>> StoredAsync(string user) =>
        Assert.Single(await (await SessionsAsync()).LookupAsync(App, [user], CancellationToken.None));

    private Session NewSession(string user, ulong room, ulong session, string device, string reader) => new()
    {
        App = App,
        User = user,
        Device = reader,
        Key = new SessionKey { Session = session },
        Incarnation = room,
        RemoteAddress = "192.0.2.1:50000",
        ClientVersion = 1100,
        ChatClient = true,
        NamedDevice = device,
        Sdk = "dotnet/0.1 (x)",
    };
}
