using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

/// <summary>Apps.</summary>
public abstract class AppStoreContract(StoreFixture fixture)
{
    private readonly string _name = "a" + Guid.NewGuid().ToString("N")[..12];

    [Fact]
    public async Task Write_OfNewApp_IsReadBackWithItsRevision()
    {
        var apps = await AppsAsync();
        var app = new App
        {
            Name = _name,
            Devices = DevicePolicy.PerDevice,
            Chat = new ChatPolicy { Users = true, Broadcast = true, MaxRecipients = 9 },
            Liveness = new LivenessPolicy { SilenceLimitMs = 4_000 },
            Sender = "the \"sender\" \u4f60",
            MaxPayloadBytes = 1_000,
        };

        var write = await apps.WriteAsync(app, ifRevision: 0, default);

        var snapshot = await apps.ReadAsync(default);
        Assert.Equal(AppWriteState.Stored, write.State);
        Assert.Equal(new App(app) { Revision = write.Revision }, Assert.Single(snapshot.Apps, stored => stored.Name == _name));
        Assert.True(snapshot.Revision >= write.Revision);
    }

    [Fact]
    public async Task Write_OfChange_RaisesTheRevision()
    {
        var apps = await AppsAsync();
        var first = await apps.WriteAsync(new App { Name = _name }, ifRevision: null, default);
        var before = await apps.RevisionAsync(default);

        var second = await apps.WriteAsync(new App { Name = _name, Sender = "x" }, first.Revision, default);

        Assert.True(second.Revision > first.Revision);
        Assert.True(await apps.RevisionAsync(default) > before);
    }

    [Fact]
    public async Task Write_OfTheSame_ChangesNothing()
    {
        var apps = await AppsAsync();
        var first = await apps.WriteAsync(new App { Name = _name, Sender = "x" }, ifRevision: null, default);

        var second = await apps.WriteAsync(new App { Name = _name, Sender = "x" }, ifRevision: null, default);

        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Write_IfAnotherRevisionIsStored_IsAConflict(long off)
    {
        var apps = await AppsAsync();
        var first = await apps.WriteAsync(new App { Name = _name }, ifRevision: null, default);

        var second = await apps.WriteAsync(new App { Name = _name, Sender = "x" }, off == 0 ? 0 : first.Revision + 1, default);

        Assert.Equal(new AppWrite(AppWriteState.Conflict, first.Revision), second);
        Assert.Equal("", Assert.Single((await apps.ReadAsync(default)).Apps, app => app.Name == _name).Sender);
    }

    [Fact]
    public async Task Write_OfAbsentAppIfRevision_IsAConflict() =>
        Assert.Equal(new AppWrite(AppWriteState.Conflict, 0), await (await AppsAsync()).WriteAsync(new App { Name = _name }, 5, default));

    private async Task<IAppStore> AppsAsync() => (await fixture.StoresAsync()).Apps;
}

public sealed class MemoryAppTests(MemoryFixture fixture) : AppStoreContract(fixture);

public sealed class RedisAppTests(RedisFixture fixture) : AppStoreContract(fixture);

public sealed class RedisClusterAppTests(RedisClusterFixture fixture) : AppStoreContract(fixture);
