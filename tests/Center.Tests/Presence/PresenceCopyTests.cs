using Microservices.Center.ApiKeys;
using Microservices.Center.Presence;
using Microservices.Center.Tests.Support;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microsoft.Extensions.Options;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Center.Tests.Presence;

/// <summary>A consumer that keeps a copy by the recipe, against a store that changes at random and a bus that repeats and loses events.</summary>
public sealed class PresenceCopyTests
{
    private const int Runs = 200;
    private const int Steps = 400;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copy_KeptByTheRecipe_EndsEqualToTheTruth()
    {
        var whys = new HashSet<ReadNow.Types.Why>();
        for (var seed = 0; seed < Runs; seed++)
        {
            using var meters = new TestMeters();
            var run = new Run(seed, meters);
            await run.GoAsync();
            whys.UnionWith(run.Whys);
            Assert.True(run.Truth.SequenceEqual(run.Copy), $"seed {seed}\ntruth: {string.Join("; ", run.Truth)}\ncopy:  {string.Join("; ", run.Copy)}");
        }

        // The test is worth something only if all of it happened.
        Assert.Equal([ReadNow.Types.Why.Started, ReadNow.Types.Why.FellBehind, ReadNow.Types.Why.Lost], whys.Order());
    }

    private sealed class Run(int seed, TestMeters meters)
    {
        private readonly Random _random = new(seed);
        private readonly PresenceFeed _feed =
            new(Options.Create(new PresenceOptions { MaxWaitingChanges = 4, ReadNowEvery = TimeSpan.Zero }), meters.NewMetrics(), TimeProvider.System);

        private readonly string[] _users = [.. Enumerable.Range(0, 12).Select(i => $"user-{i}")];
        private readonly Dictionary<string, OnlineSession> _stored = [];
        private readonly Dictionary<int, ulong> _latest = [];
        private readonly List<PresenceEvent> _told = [];
        private readonly PresenceCopy _copy = new();
        private ulong _clock = 100;

        public HashSet<ReadNow.Types.Why> Whys { get; } = [];

        public IEnumerable<string> Truth => PresenceCopy.Describe(_stored.Values.Select(one => (one.User, one.Device, one.Epoch, one.Change, one.State)));

        public IEnumerable<string> Copy => _copy.Sessions;

        public async Task GoAsync()
        {
            var watched = seed % 2 == 0 ? [] : _users;
            _feed.Interrupted();
            var watcher = await _feed.AddAsync(new ApiKey("test", [], ["*"], ["*"], expires: null), "default", watched, Stop);
            for (var step = 0; step < Steps; step++)
            {
                await ChangeAsync(isLost: _random.Next(40) == 0);
                if (_random.Next(60) == 0)
                {
                    _feed.Interrupted();
                }

                if (_random.Next(8) == 0 && _told.Count > 0)
                {
                    await _feed.HandleAsync(_told[_random.Next(_told.Count)], Stop);
                }

                while (_random.Next(10) != 0 && watcher.HasWaiting)
                {
                    await TakeAsync(watcher);
                }
            }

            // A loss shows when something follows.
            foreach (var user in _users)
            {
                await ChangeAsync(isLost: false, user);
            }

            while (watcher.HasWaiting)
            {
                await TakeAsync(watcher);
            }
        }

        private async Task TakeAsync(PresenceWatcher watcher)
        {
            var update = await watcher.TakeAsync(Stop);
            if (update.KindCase == PresenceUpdate.KindOneofCase.Change)
            {
                _copy.Apply(update.Change);
                return;
            }

            // A page at a time, and the store goes on meanwhile.
            Whys.Add(update.ReadNow.Why);
            var read = new List<OnlineSession>();
            foreach (var page in _users.Chunk(3))
            {
                read.AddRange(page.Where(_stored.ContainsKey).Select(user => _stored[user].Clone()));
                if (_random.Next(4) == 0)
                {
                    await ChangeAsync(isLost: false);
                }
            }

            _copy.Replace(read);
        }

        // One session per user; its device changes from login to login.
        private async Task ChangeAsync(bool isLost, string? of = null)
        {
            var user = of ?? _users[_random.Next(_users.Length)];
            var session = _stored.GetValueOrDefault(user);
            switch (session is null ? 0 : _random.Next(4))
            {
                case 0:
                    if (session is not null)
                    {
                        await TellAsync(Kind.Offline, session, isLost);
                    }

                    _stored[user] = session = new OnlineSession { User = user, Device = $"device-{_random.Next(2)}", Epoch = ++_clock };
                    await TellAsync(Kind.Online, session, isLost);
                    break;
                case 1:
                    _stored.Remove(user);
                    await TellAsync(Kind.Offline, session!, isLost);
                    break;
                case 2:
                    session!.State = session.State == OnlineState.Alive ? OnlineState.Away : OnlineState.Alive;
                    await TellAsync(session.State == OnlineState.Away ? Kind.Away : Kind.Back, session, isLost);
                    break;
                default:
                    // Its room claims it again.
                    session!.State = OnlineState.Alive;
                    await TellAsync(Kind.Online, session, isLost);
                    break;
            }
        }

        private async Task TellAsync(Kind kind, OnlineSession session, bool isLost)
        {
            var partition = Partition.Of("default", session.User);
            var told = new PresenceEvent
            {
                Kind = kind,
                App = "default",
                User = session.User,
                NamedDevice = session.Device,
                Epoch = session.Epoch,
                Previous = _latest.GetValueOrDefault(partition),
                Change = session.Change = _latest[partition] = ++_clock,
                Partition = (uint)partition,
            };
            if (!isLost)
            {
                _told.Add(told);
                await _feed.HandleAsync(told, Stop);
            }
        }
    }
}
