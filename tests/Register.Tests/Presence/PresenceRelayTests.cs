using Microservices.Bus;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Register.Tests.Presence;

public sealed class PresenceRelayTests
{
    [Fact]
    public async Task Sessions_ThatComeAndGo_AreToldWithTheirRoom()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms, "room-7");

        var claimed = await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"));
        await register.Sessions.EndAsync(new EndRequest
        {
            Incarnation = room.Incarnation,
            Sessions = { new EndSession { App = "default", User = "ann", Epoch = claimed.Epoch, Code = 4003 } },
        });

        await Eventually.HoldsAsync(() => register.Bus.Presence.Count == 2, "both events are published");
        Assert.Equal(
            [(Kind.Online, "ann", claimed.Epoch, "room-7"), (Kind.Offline, "ann", claimed.Epoch, "room-7")],
            register.Bus.Presence.Select(one => (one.Kind, one.User, one.Epoch, one.Room)));
        Assert.Equal(4003u, register.Bus.Presence.Last().Code);
    }

    [Fact]
    public async Task Events_WhileTheBusIsAway_WaitAndComeInOrder()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        register.Bus.Judge = static _ => Task.FromResult(PublishOutcome.Unavailable);

        // Twenty logins, and twenty that displace them: 60 events.
        for (var i = 0; i < 40; i++)
        {
            await register.ClaimAsync(room, $"user-{i % 20}", await register.IssueAsync($"user-{i % 20}"), session: (ulong)i);
        }

        Assert.Empty(register.Bus.Presence);
        register.Bus.IsConnected = false;
        register.Bus.Judge = static _ => Task.FromResult(PublishOutcome.Accepted);
        register.Bus.IsConnected = true;

        await Eventually.HoldsAsync(() => register.Bus.Presence.DistinctBy(one => one.Change).Count() == 60, "all come", () => $"{register.Bus.Presence.Count}");
        Assert.All(register.Bus.Presence.GroupBy(one => one.User), one => Assert.Equal(one.Select(change => change.Epoch).Order(), one.Select(change => change.Epoch)));
    }

    [Fact]
    public async Task Events_OfARegisterThatDiedBeforeItRelayed_AreFound()
    {
        await using var register = await RunningRegister.StartAsync(("Rooms:LeaseTime", "00:00:01"));
        var session = new Session { App = "default", User = "ann", Key = new Contracts.Register.SessionKey { Session = 1 }, Incarnation = 1 };

        // The store has carried out the claim, and nobody has gone on from there.
        await register.App.Services.GetRequiredService<ISessionStore>().ClaimAsync([new SessionClaim(session, PerDevice: false)], default);

        await Eventually.HoldsAsync(() => register.Bus.Presence.Count == 1, "the event is published");
    }

    [Fact]
    public async Task Sessions_OfARoomThatDied_AreToldAsOffline()
    {
        await using var register = await RunningRegister.StartAsync(("Rooms:LeaseTime", "00:00:01"));
        using var crashed = await TestRoom.OpenAsync(register.Rooms, "crashed");
        var held = Enumerable.Range(0, 300).Select(i => new Claim { App = "default", User = $"user-{i}", Session = (ulong)i, HeldEpoch = 1_000 }).ToArray();
        await register.ClaimAsync(crashed.Incarnation, held);
        await Eventually.HoldsAsync(() => Of(Kind.Online).Count() == 300, "all are online");

        crashed.Dispose();

        await Eventually.HoldsAsync(() => Of(Kind.Offline).DistinctBy(one => one.User).Count() == 300, "all are offline", () => $"{register.Bus.Presence.Count}");
        Assert.All(Of(Kind.Offline), one => Assert.Equal((3004u, 1_000ul, "crashed"), (one.Code, one.Epoch, one.Room)));
        Assert.Equal(600, register.Bus.Presence.Count);
        Assert.Equal(0ul, (await register.Sessions.CountAsync(new CountSessionsRequest { App = "default" })).Sessions);

        IEnumerable<PresenceEvent> Of(Kind kind) => register.Bus.Presence.Where(one => one.Kind == kind);
    }
}
