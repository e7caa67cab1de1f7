using System.Net;
using Microservices.Testing;

namespace Microservices.Dispatcher.Tests.Running;

/// <summary>The dispatcher goes on with what it knows.</summary>
public sealed class RegisterAwayTests
{
    [Fact]
    public async Task Start_NoRegister_IsNotReadyAndSaysWhenToAskAgain()
    {
        await using var dispatcher = await RunningDispatcher.StartAsync(new Uri("http://127.0.0.1:1"));

        using var answer = await dispatcher.GetAsync("/v1/endpoints");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("5", answer.Headers.GetValues("Retry-After").Single());
        Assert.Contains("\"code\":\"unavailable\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(await dispatcher.IsReadyAsync());
        await Eventually.HoldsAsync(
            async () =>
            {
                using var ready = await dispatcher.Http.GetAsync(new Uri(dispatcher.Admin, "/readyz"));
                return (await ready.Content.ReadAsStringAsync()).Contains("waiting for rooms at register, http://127.0.0.1:1", StringComparison.Ordinal);
            },
            "readiness says what it waits for");
    }

    [Fact]
    public async Task Start_RegisterComesLater_BecomesReady()
    {
        var register = await FakeRegister.StartAsync(Given.List(Given.Rooms(1)));
        var address = register.Address;
        await register.DisposeAsync();
        await using var dispatcher = await RunningDispatcher.StartAsync(address);
        Assert.False(await dispatcher.IsReadyAsync());

        register = await FakeRegister.StartAsync(Given.List(Given.Rooms(1)), address.Port);

        await dispatcher.ReadyAsync();
        Assert.Single(await dispatcher.HostsAsync());
        await register.DisposeAsync();
    }

    [Fact]
    public async Task Start_RegisterCannotTellYet_IsNotReady()
    {
        await using var register = await FakeRegister.StartAsync(Given.Incomplete());
        await using var dispatcher = await RunningDispatcher.StartAsync(register.Address);
        await Eventually.HoldsAsync(async () => (await dispatcher.MetricsAsync()).Contains("dispatcher_register_up 1", StringComparison.Ordinal), "the list was taken");

        Assert.False(await dispatcher.IsReadyAsync());
        await Eventually.HoldsAsync(
            async () =>
            {
                using var ready = await dispatcher.Http.GetAsync(new Uri(dispatcher.Admin, "/readyz"));
                return (await ready.Content.ReadAsStringAsync()).Contains("at register: it cannot tell yet which rooms live", StringComparison.Ordinal);
            },
            "readiness says what it waits for");
        register.Send(Given.List());

        await dispatcher.ReadyAsync();
        Assert.Empty(await dispatcher.HostsAsync());
    }

    [Fact]
    public async Task RegisterDies_AnswersGoOn_AndItsReturnIsNoticed()
    {
        var register = await FakeRegister.StartAsync(Given.List(Given.Rooms(2)));
        var address = register.Address;
        await using var dispatcher = await RunningDispatcher.StartAsync(address);
        await dispatcher.ReadyAsync();

        await register.DisposeAsync();
        await Eventually.HoldsAsync(
            async () => (await dispatcher.MetricsAsync()).Contains("dispatcher_register_up 0", StringComparison.Ordinal), "the loss was noticed");

        Assert.Equal(2, (await dispatcher.HostsAsync()).Length);
        Assert.True(await dispatcher.IsReadyAsync());

        await using var again = await FakeRegister.StartAsync(Given.List(Given.Rooms(3)), address.Port);
        await Eventually.HoldsAsync(async () => (await dispatcher.HostsAsync()).Length == 3, "the new list is in use");
    }

    [Fact]
    public async Task RoomComesAndDrains_AnswersFollow()
    {
        await using var register = await FakeRegister.StartAsync(Given.List(Given.Rooms(1)));
        await using var dispatcher = await RunningDispatcher.StartAsync(register.Address);
        await dispatcher.ReadyAsync();

        register.Send(Given.List(Given.Rooms(2)));
        await Eventually.HoldsAsync(async () => (await dispatcher.HostsAsync()).Length == 2, "the second room is named");

        register.Send(Given.List(Given.Room("room-1", 1, draining: true), Given.Room("room-2", 2)));
        await Eventually.HoldsAsync(async () => await dispatcher.HostsAsync() is ["room-2.example"], "the draining room is not named");
    }

    [Fact]
    public async Task MostRoomsVanish_AreStillNamedBehindTheOthers()
    {
        await using var register = await FakeRegister.StartAsync(Given.List(Given.Rooms(3)));
        await using var dispatcher = await RunningDispatcher.StartAsync(register.Address);
        await dispatcher.ReadyAsync();

        register.Send(Given.List(Given.Rooms(1)));
        await Eventually.HoldsAsync(
            async () => (await dispatcher.MetricsAsync()).Contains("dispatcher_rooms_kept_back_total 2", StringComparison.Ordinal), "two rooms are kept");

        var hosts = await dispatcher.HostsAsync("?user=alice");
        Assert.Equal("room-1.example", hosts[0]);
        Assert.Equal(3, hosts.Length);
    }

    [Fact]
    public async Task Stop_WhileFollowing_EndsTheStream()
    {
        await using var register = await FakeRegister.StartAsync(Given.List(Given.Rooms(1)));
        var dispatcher = await RunningDispatcher.StartAsync(register.Address);
        await dispatcher.ReadyAsync();
        Assert.Equal(1, register.Watchers);

        await dispatcher.DisposeAsync();

        await Eventually.HoldsAsync(() => register.Watchers == 0, "nobody follows");
    }
}
