using System.Text.Json;
using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Kind = Microservices.Contracts.Center.PresenceChange.Types.Kind;
using Why = Microservices.Contracts.Center.ReadNow.Types.Why;

namespace Microservices.Cli.Tests.Presence;

public sealed class WatchCommandTests : IAsyncLifetime
{
    private FakeCenter _center = null!;

    public async ValueTask InitializeAsync() => _center = await FakeCenter.StartAsync();

    public ValueTask DisposeAsync() => _center.DisposeAsync();

    [Fact]
    public async Task Watch_App_PrintsALineForEachChange()
    {
        _center.Sessions.Add(Session("ann", epoch: 5));
        await using var watch = Start("watch", "--app", "shop");

        Tell(Why.Started);
        Tell(Kind.Online, "bob", epoch: 6);
        Tell(Kind.Away, "ann", epoch: 5, change: 7);
        Tell(Kind.Offline, "bob", epoch: 6, change: 8, code: "kicked");
        Tell(Kind.Online, "c\u001bd", epoch: 9);

        await watch.PrintsAsync("c\\u{1b}d (phone) at room-a from 127.0.0.1:1\n");
        Assert.Equal(
            [
                "* 1 session online",
                "2026-01-01 00:00:00Z online  bob (phone) at room-a from 127.0.0.1:1",
                "2026-01-01 00:00:00Z away    ann (phone) at room-a, last seen 2025-12-31 23:59:00Z",
                "2026-01-01 00:00:00Z offline bob (phone) at room-a: kicked",
                "2026-01-01 00:00:00Z online  c\\u{1b}d (phone) at room-a from 127.0.0.1:1",
            ],
            watch.Output.TrimEnd().Split('\n'));
        Assert.Equal("shop", _center.Only<WatchPresenceRequest>().App);
        Assert.Equal("shop", _center.Only<ListOnlineRequest>().App);
    }

    [Fact]
    public async Task Watch_Users_PrintsWhoOfThemIsOnlineAndReadsOnlyThem()
    {
        _center.Sessions.Add(Session("ann", epoch: 5));
        _center.IsComplete = false;
        await using var watch = Start("watch", "--user", "ann,bob");

        Tell(Why.Started);

        await watch.PrintsAsync("online  ann (phone) at room-a");
        Assert.StartsWith("* 1 session online; not complete, gateways are still telling", watch.Output, StringComparison.Ordinal);
        Assert.Equal(["ann", "bob"], _center.Only<WatchPresenceRequest>().Users);
        Assert.Equal(["ann", "bob"], _center.Only<GetPresenceRequest>().Users);
    }

    [Fact]
    public async Task Watch_ReadNow_PrintsWhatWasMissed()
    {
        _center.Sessions.AddRange([Session("gone", epoch: 5), Session("stays", epoch: 6), Session("away", epoch: 7)]);
        await using var watch = Start("watch", "--json");
        Tell(Why.Started);
        await watch.PrintsAsync("started");
        _center.Sessions.Clear();
        _center.Sessions.AddRange([Session("stays", epoch: 6), Session("away", epoch: 7, change: 8, state: OnlineState.Away), Session("new", epoch: 9)]);

        Tell(Why.Lost);
        Tell(Kind.Online, "new", epoch: 9, change: 9);
        Tell(Kind.Offline, "stays", epoch: 4, change: 5);
        Tell(Kind.Online, "last", epoch: 10);

        await watch.PrintsAsync("\"user\":\"last\"");
        var lines = watch.Output.TrimEnd().Split('\n').Select(static line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(
            ["read started 3", "read lost 3", "offline gone", "away away", "online new", "online last"],
            lines.Select(static line => line.GetProperty("kind").GetString() == "read"
                ? $"read {line.GetProperty("why").GetString()} {line.GetProperty("sessions").GetInt32()}"
                : $"{line.GetProperty("kind").GetString()} {line.GetProperty("user").GetString()}"));
    }

    [Fact]
    public async Task Watch_CenterGoesAway_WatchesAgain()
    {
        await using var watch = Start("watch");
        Tell(Why.Started);
        await watch.PrintsAsync("* 0 sessions online");
        _center.Sessions.Add(Session("ann", epoch: 5));

        _center.Watched.Writer.TryWrite(null);
        Tell(Why.Started);

        await watch.PrintsAsync("online  ann");
        Assert.Equal("The center refused (Unavailable): This center stops.; watching again.\n", watch.Error);
        Assert.Equal(2, _center.Requests.OfType<WatchPresenceRequest>().Count());
    }

    [Fact]
    public async Task Watch_NoCenter_SaysSoAtOnce() =>
        (await CommandRun.OfAsync("watch", "--center", $"http://127.0.0.1:{FreePorts.Take()}", "--key", "k")).AssertFailed("No center answers at");

    [Fact]
    public async Task Watch_Refused_SaysWhy()
    {
        _center.Fault = new Grpc.Core.Status(Grpc.Core.StatusCode.NotFound, "There is no app 'nothing'.");

        (await CommandRun.OfAsync(_center, "watch", "--app", "nothing")).AssertFailed("There is no app 'nothing'.");
    }

    [Fact]
    public async Task Watch_Interrupted_Ends()
    {
        await using var watch = Start("watch");
        Tell(Why.Started);
        await watch.PrintsAsync("* 0 sessions online");

        await watch.CancelAsync();

        Assert.Equal(130, (await watch.EndAsync()).ExitCode);
    }

    private static OnlineSession Session(string user, ulong epoch, ulong? change = null, OnlineState state = OnlineState.Alive) => new()
    {
        User = user,
        Device = "phone",
        Room = "room-a",
        Epoch = epoch,
        Change = change ?? epoch,
        State = state,
    };

    private RunningCommand Start(params string[] args) => new([.. args, "--center", _center.Address, "--key", FakeCenter.Key]);

    private void Tell(Why why) => _center.Watched.Writer.TryWrite(new PresenceUpdate { ReadNow = new ReadNow { Why = why } });

    private void Tell(Kind kind, string user, ulong epoch, ulong? change = null, string code = "") => _center.Watched.Writer.TryWrite(new PresenceUpdate
    {
        Change = new PresenceChange
        {
            Kind = kind,
            User = user,
            Device = "phone",
            Epoch = epoch,
            Change = change ?? epoch,
            Code = code,
            Room = "room-a",
            RemoteAddress = "127.0.0.1:1",
            AtUnixMs = 1_767_225_600_000,
            LastSeenUnixMs = 1_767_225_540_000,
        },
    });
}
