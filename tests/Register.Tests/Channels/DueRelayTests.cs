using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Register.Channels;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Register.Tests.Store;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Channels;

public sealed class DueRelayTests
{
    private static readonly (string, string)[] Quick =
    [
        ("Channels:LookEvery", "00:00:00.050"),
        ("Channels:NudgeAgain", "00:00:00.300"),
    ];

    [Fact]
    public async Task Inbox_NotAcknowledgedInTime_NudgesItsRoomUntilItIs()
    {
        await using var register = await RunningRegister.StartAsync([.. Quick, ("Channels:SweepEvery", "01:00:00")]);
        await register.PutAsync(new App { Name = "shop", Keep = new KeepPolicy { AckTimeoutMs = 1_000 } });
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var claimed = Assert.Single(await register.ClaimAsync(room.Incarnation, Caller.Claim("ann", await register.IssueAsync("ann", "shop"), 7, "shop")));
        await register.AppendAsync("nobody", "waits", app: "shop");

        await register.AppendAsync("ann", "one", app: "shop");
        var head = (await register.AppendAsync("ann", "two", app: "shop")).Position;

        await Eventually.HoldsAsync(async () => await room.RenewAsync() is not null && Told(register).Length >= 2, "the room is nudged, and again");
        Assert.All(Told(register), nudge =>
        {
            Assert.Equal((7ul, claimed.Epoch), (Assert.Single(nudge.Sessions).Session, nudge.Sessions[0].Epoch));
            Assert.Equal(head, Assert.Single(nudge.Heads));
        });
        Assert.Equal(AckOutcome.Taken, await register.AckAsync("ann", head, app: "shop"));
        Assert.Empty(await register.App.Services.GetRequiredService<IChannelStore>().TakeDueAsync(Partition.Of("shop", "ann"), 10, TimeSpan.Zero, default));
    }

    [Fact]
    public async Task Inbox_OfARegisterThatDied_IsFound()
    {
        await using var register = await RunningRegister.StartAsync([.. Quick, ("Channels:SweepEvery", "00:00:00.5")]);
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"), 7);

        // Nobody has told this register of it.
        await AppendAsync(register.App.Services.GetRequiredService<IChannelStore>(), "ann");

        await Eventually.HoldsAsync(async () => await room.RenewAsync() is not null && Told(register).Length > 0, "the room is nudged");
    }

    [Fact]
    public async Task Look_WhileTheBusIsAway_LeavesThemDue()
    {
        await using var register = await RunningRegister.StartAsync(("Channels:SweepEvery", "01:00:00"));
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"), 7);
        var store = register.App.Services.GetRequiredService<IChannelStore>();
        await AppendAsync(store, "ann");
        var bus = new RecordingBus { IsConnected = false };
        var relay = Relay(register, bus, store, again: TimeSpan.FromMilliseconds(1));

        await relay.LookAsync(default);
        Assert.Empty(bus.ToRooms);
        bus.IsConnected = true;
        bus.JudgeRooms = static _ => PublishOutcome.Unavailable;
        await LookUntilAsync(relay, () => !bus.ToRooms.IsEmpty, "the bus is tried");
        bus.JudgeRooms = static _ => PublishOutcome.Accepted;
        var tried = bus.ToRooms.Count;

        await LookUntilAsync(relay, () => bus.ToRooms.Count > tried, "it is told again");
        Assert.All(bus.ToRooms, told => Assert.Equal(room.Incarnation, told.Incarnation));
    }

    [Fact]
    public async Task Look_AtManyUsersOfTwoRooms_SendsOneMessageARoomAndBatch()
    {
        await using var register = await RunningRegister.StartAsync(("Channels:SweepEvery", "01:00:00"));
        using var first = await TestRoom.OpenAsync(register.Rooms, "room-1");
        using var second = await TestRoom.OpenAsync(register.Rooms, "room-2");
        var store = register.App.Services.GetRequiredService<IChannelStore>();
        for (var i = 0; i < 30; i++)
        {
            await register.ClaimAsync(i % 3 == 0 ? first : second, $"user-{i}", await register.IssueAsync($"user-{i}"), (ulong)i);
            await AppendAsync(store, $"user-{i}");
        }

        var bus = new RecordingBus();
        await LookUntilAsync(
            Relay(register, bus, store), () => bus.ToRooms.Sum(told => told.Message.Nudge.Sessions.Count) == 30, "all are told", () => $"{bus.ToRooms.Count}");

        // 1,024 partitions, 64 at once.
        Assert.True(bus.ToRooms.Count <= 32, $"{bus.ToRooms.Count} messages");
        Assert.Equal(10, bus.ToRooms.Where(told => told.Incarnation == first.Incarnation).Sum(told => told.Message.Nudge.Sessions.Count));
        Assert.All(bus.ToRooms, told => Assert.Equal(told.Message.Nudge.Sessions.Count, told.Message.Nudge.Heads.Count));
    }

    [Fact]
    public async Task Look_OfTwoRegisters_TakesEachOnce()
    {
        await using var register = await RunningRegister.StartAsync(("Channels:SweepEvery", "01:00:00"));
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var store = register.App.Services.GetRequiredService<IChannelStore>();
        for (var i = 0; i < 20; i++)
        {
            await register.ClaimAsync(room, $"user-{i}", await register.IssueAsync($"user-{i}"), (ulong)i);
            await AppendAsync(store, $"user-{i}");
        }

        var bus = new RecordingBus();
        var (one, other) = (Relay(register, bus, store), Relay(register, bus, store));
        await Task.WhenAll(
            LookUntilAsync(one, () => Told(bus).Sum(nudge => nudge.Sessions.Count) >= 20, "all are told"),
            LookUntilAsync(other, () => Told(bus).Sum(nudge => nudge.Sessions.Count) >= 20, "all are told"));

        Assert.Equal(20, Told(bus).SelectMany(nudge => nudge.Sessions).DistinctBy(session => session.Session).Count());
        Assert.Equal(20, Told(bus).Sum(nudge => nudge.Sessions.Count));
    }

    [Fact]
    public async Task Look_WithOnePartOfTheStoreAway_TellsOfTheOthersAndOfThatOneLater()
    {
        await using var register = await RunningRegister.StartAsync(("Channels:SweepEvery", "01:00:00"));
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var inner = register.App.Services.GetRequiredService<IChannelStore>();
        foreach (var user in new[] { "ann", "bob" })
        {
            await register.ClaimAsync(room, user, await register.IssueAsync(user));
            await AppendAsync(inner, user);
        }

        var store = new FaultyChannels(inner) { AwayPartition = Partition.Of("default", "ann") };
        var bus = new RecordingBus();
        var relay = Relay(register, bus, store);
        await LookUntilAsync(relay, () => bus.ToRooms.Count == 1, "one is told of");
        store.AwayPartition = -1;

        await LookUntilAsync(relay, () => bus.ToRooms.Count == 2, "both are told of");
    }

    private static Nudge[] Told(RunningRegister register) => Told(register.Bus);

    private static Nudge[] Told(RecordingBus bus) => [.. bus.ToRooms.Select(told => told.Message.Nudge).Where(nudge => nudge is not null)];

    private static Task LookUntilAsync(DueRelay relay, Func<bool> condition, string what, Func<string>? state = null) => Eventually.HoldsAsync(
        async () =>
        {
            if (!condition())
            {
                await relay.LookAsync(default);
            }

            return condition();
        },
        what,
        state);

    /// <summary>Due at once.</summary>
    private static async Task AppendAsync(IChannelStore store, string user) => Assert.Single(await store.AppendAsync(
        [
            new Append(
                "default",
                user,
                "id",
                new byte[] { 1 },
                "",
                new byte[16],
                TimeSpan.FromHours(1),
                new AppendRules(100, 1_000_000, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1))),
        ],
        default));

    /// <summary>Its first look is at all partitions.</summary>
    private static DueRelay Relay(RunningRegister register, RecordingBus bus, IChannelStore store, TimeSpan? again = null)
    {
        var options = Options.Create(new ChannelsOptions
        {
            LookEvery = TimeSpan.FromMilliseconds(10),
            SweepEvery = TimeSpan.FromMilliseconds(10),
            NudgeAgain = again ?? TimeSpan.FromHours(1),
            PartitionsAtOnce = 64,
        });
        var metrics = new ChannelMetrics(Stores.NewMeters());
        return new DueRelay(
            store,
            new DueTimes(options, TimeProvider.System),
            new Nudges(bus, register.App.Services.GetRequiredService<LiveRooms>(), metrics, TimeProvider.System),
            bus,
            options,
            Options.Create(new RoomsOptions()),
            metrics,
            TimeProvider.System,
            NullLogger<DueRelay>.Instance);
    }
}
