using Microservices.Contracts.Register;
using Microservices.Register.Channels;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Channels;

public sealed class AllHeadsTests
{
    [Fact]
    public async Task Renewals_TellTheHeadsThatAreOthers()
    {
        await using var register = await RunningRegister.StartAsync();
        await register.PutAsync(new App { Name = "shop" });
        var shop = (await register.AppendAsync("", "one", app: "shop")).Position;
        await register.AppendAsync("ann", "no head of it is told", app: "shop");
        using var room = await TestRoom.OpenAsync(register.Rooms);

        Assert.Equal([("shop", shop.Epoch, 1ul)], await HeadsAsync(room));
        Assert.Empty(await HeadsAsync(room));
        var usual = (await register.AppendAsync("", "two")).Position;
        Assert.Equal([("default", usual.Epoch, 1ul)], await HeadsAsync(room));
        await register.AppendAsync("", "three", app: "shop");
        Assert.Equal([("shop", shop.Epoch, 2ul)], await HeadsAsync(room));

        // Another stream has said nothing yet.
        using var again = await TestRoom.OpenAsync(register.Rooms, incarnation: room.Incarnation);
        Assert.Equal(2, (await HeadsAsync(again)).Length);
    }

    [Fact]
    public async Task Read_WithThatPartOfTheStoreAway_TellsNothing()
    {
        await using var register = await RunningRegister.StartAsync();
        var store = new FaultyChannels(register.App.Services.GetRequiredService<IChannelStore>()) { HeadsAway = true };
        using var heads = new AllHeads(store, Options.Create(new RoomsOptions()), TimeProvider.System);
        await register.AppendAsync("", "one");

        Assert.Null(await heads.ReadAsync(default));
        store.HeadsAway = false;
        Assert.Equal("default", Assert.Single((await heads.ReadAsync(default))!).Key);
    }

    private static async Task<(string, ulong, ulong)[]> HeadsAsync(TestRoom room) =>
        [.. (await room.RenewAsync()).Renewed.Heads.Select(head => (head.App, head.Epoch, head.Seq))];
}
