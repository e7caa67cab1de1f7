using Grpc.Core;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Center.Tests.Components;

/// <summary>
/// The recipe of docs/center-api.md over real calls and a real register: users log in, go away, end and displace one another at random, some
/// events are lost or come twice, and the consumer stops reading until it falls behind. Then its copy equals what register knows.
/// </summary>
public sealed class PresenceCopyTests : IAsyncLifetime
{
    private const int Users = 30;
    private const int Changes = 600;

    private readonly Random _random = new(4711);
    private readonly PresenceCopy _copy = new();
    private readonly HashSet<ReadNow.Types.Why> _whys = [];
    private World _world = null!;
    private TaskCompletionSource _reads = Open();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync(
        settings: [("Presence:MaxWaitingChanges", "50"), ("Presence:ReadNowEvery", "00:00:00.050")]);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Copy_RandomChangesLossesAndFallingBehind_EndsEqualToWhatRegisterKnows()
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var keeping = KeepAsync(leave.Token);
        await Eventually.HoldsAsync(() => _whys.Count == 1, "the copy is begun");
        _world.Bus.PresenceTimes = change => change.User.StartsWith("ghost", StringComparison.Ordinal) ? 1 : _random.Next(20) switch { 0 => 0, 1 or 2 => 2, _ => 1 };
        var rooms = new[] { await _world.OpenRoomAsync("room-1"), await _world.OpenRoomAsync("room-2") };
        var sessions = new Dictionary<string, (TestRoom Room, SessionKey Key, bool Away)>();

        for (var i = 0; i < Changes; i++)
        {
            await ChangeAsync(rooms, sessions, $"user-{_random.Next(Users)}");
            if (i == Changes / 2)
            {
                await FallBehindAsync();
            }
        }

        // A loss shows when something follows in the partition.
        _world.Bus.PresenceTimes = static _ => 1;
        for (var i = 0; i < Users; i++)
        {
            await ChangeAsync(rooms, sessions, $"user-{i}");
        }

        var truth = Array.Empty<string>();
        await Eventually.HoldsAsync(
            async () =>
            {
                truth = [.. PresenceCopy.Describe((await ReadAsync(Stop)).Select(one => (one.User, one.Device, one.Epoch, one.Change, one.State)))];
                return truth.SequenceEqual(Kept());
            },
            "the copy equals the truth",
            () => $"truth: {string.Join("; ", truth.Except(Kept()))}\ncopy: {string.Join("; ", Kept().Except(truth))}");
        Assert.Equal(sessions.Count, truth.Length);
        Assert.Equal([ReadNow.Types.Why.Started, ReadNow.Types.Why.FellBehind, ReadNow.Types.Why.Lost], _whys.Order());
        await leave.CancelAsync();
        await keeping;
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    // The recipe.
    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        using var watch = _world.Client.WatchPresence(new WatchPresenceRequest { App = "default" }, cancellationToken: cancellationToken);
        try
        {
            await foreach (var update in watch.ResponseStream.ReadAllAsync(cancellationToken))
            {
                await _reads.Task.WaitAsync(cancellationToken);
                if (update.KindCase == PresenceUpdate.KindOneofCase.ReadNow)
                {
                    var read = await ReadAsync(cancellationToken);
                    lock (_copy)
                    {
                        _whys.Add(update.ReadNow.Why);
                        _copy.Replace(read);
                    }
                }
                else
                {
                    lock (_copy)
                    {
                        _copy.Apply(update.Change);
                    }
                }
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The test has seen enough.
        }
    }

    private async Task<List<OnlineSession>> ReadAsync(CancellationToken cancellationToken)
    {
        var sessions = new List<OnlineSession>();
        var cursor = "";
        do
        {
            var page = await _world.Client.ListOnlineAsync(
                new ListOnlineRequest { App = "default", Cursor = cursor, Limit = 7 }, cancellationToken: cancellationToken);
            sessions.AddRange(page.Sessions);
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);

        return sessions;
    }

    private string[] Kept()
    {
        lock (_copy)
        {
            return [.. _copy.Sessions];
        }
    }

    private async Task ChangeAsync(TestRoom[] rooms, Dictionary<string, (TestRoom Room, SessionKey Key, bool Away)> sessions, string user)
    {
        var isOnline = sessions.TryGetValue(user, out var session);
        switch (isOnline ? _random.Next(3) : 0)
        {
            case 0:
                var room = rooms[_random.Next(rooms.Length)];
                sessions[user] = (room, await room.LoginAsync(user, $"device-{_random.Next(2)}"), false);
                break;
            case 1:
                Assert.True(await session.Room.EndAsync(user, session.Key));
                sessions.Remove(user);
                break;
            default:
                Assert.True(await session.Room.ReportAsync(user, session.Key, !session.Away));
                sessions[user] = session with { Away = !session.Away };
                break;
        }
    }

    // The consumer stops, and more is told than the connection and its buffer hold.
    private async Task FallBehindAsync()
    {
        var source = new ChangeSource();
        _reads = new TaskCompletionSource();
        for (var i = 0; !(await _world.Center.MetricsAsync()).Contains("\ncenter_presence_watchers_behind_total ", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 100, "it never falls behind");
            for (var j = 0; j < 500; j++)
            {
                var ghost = $"ghost-{j:D100}";
                var (online, offline) = (source.Next(Kind.Online, ghost), source.Next(Kind.Offline, ghost));

                // Of no partition: register's own chains go on.
                online.Partition = offline.Partition = uint.MaxValue;
                await _world.Bus.PublishPresenceAsync(online, Stop);
                await _world.Bus.PublishPresenceAsync(offline, Stop);
            }
        }

        _reads.SetResult();
    }
}
