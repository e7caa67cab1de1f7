using Grpc.Core;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;

namespace Microservices.Fault.Tests.Support;

/// <summary>A cluster with a crowd in an app of its own, and two who keep copies of its presence: one from the exchange, one through a center.</summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private FaultWorld(Cluster cluster, Crowd crowd, RawPresence raw, WatchedPresence watched) =>
        (Cluster, Crowd, Raw, Watched) = (cluster, crowd, raw, watched);

    public Cluster Cluster { get; }

    public Crowd Crowd { get; }

    public RawPresence Raw { get; }

    public WatchedPresence Watched { get; }

    public IReadOnlyList<Member> Members => Crowd.Members;

    public string App => Crowd.App;

    /// <summary>The test made the store lose data.</summary>
    public bool StoreLostData { get; set; }

    /// <summary>The name of a gateway by its port.</summary>
    public IReadOnlyDictionary<int, string> Rooms => Cluster.Gateways.ToDictionary(static gateway => gateway.Port, static gateway => gateway.Name);

    /// <summary>How often a gateway was told that its lease is dead.</summary>
    /// <param name="but">The one that a test freezes.</param>
    public int CountLostLeases(ServiceInstance? but) => Cluster.Gateways.Where(gateway => gateway != but).Sum(static gateway => gateway.Output.Split('\n').Count(
        static line => line.Contains("The lease of incarnation", StringComparison.Ordinal) && line.Contains("is dead", StringComparison.Ordinal)));

    public static async Task<FaultWorld> StartAsync(FaultCluster fixture, int users, AppDescription? policy = null, TimeSpan? beat = null, uint heartbeatMs = 0)
    {
        var cluster = await fixture.GetAsync();
        var app = await cluster.NewAppAsync(policy ?? new AppDescription { ChatUsers = true });
        var members = (await cluster.NewUsersAsync(users, app)).Select(user => new Member(user, app) { HeartbeatMs = heartbeatMs });
        var raw = await RawPresence.StartAsync(cluster.BusUri);
        var watched = await WatchedPresence.StartAsync(cluster, app);
        return new FaultWorld(cluster, new Crowd(app, [.. members], beat), raw, watched);
    }

    /// <summary>For the output of a test: figures are reported, never judged.</summary>
    public static void Report(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    /// <summary>Waits until every center says of everybody what the crowd itself knows, in all ways to ask, and both copies say it too.</summary>
    public async Task WaitUntilPresenceIsRightAsync()
    {
        string? wrong = null;
        await Eventually.HoldsAsync(async () => (wrong = await FirstFaultAsync()) is null, "presence is right", () => $"{wrong}\n{State()}", Patience);
        await Eventually.HoldsAsync(() => (wrong = FirstFaultOfCopies()) is null, "the copies are right", () => $"{wrong}\n{State()}", Patience);
        AssertEventsInOrder();
    }

    /// <summary>What is wrong in what the centers say now; null: nothing.</summary>
    public async Task<string?> FirstFaultAsync()
    {
        var fault = await FirstFaultOfReadingsAsync() ?? await FirstFaultOfCountAsync();
        if (fault is not null)
        {
            // Reading thousands over and over would take from the services what they need to get right.
            await Task.Delay(100);
        }

        return fault;
    }

    /// <summary>
    /// Of each user the first deliveries of events rise by (epoch, change). By the change alone after the store lost data: it may tell once more
    /// of the end of a session that it had again, which consumers drop.
    /// </summary>
    public void AssertEventsInOrder()
    {
        Assert.True(StoreLostData || Raw.Gaps == 0, $"{Raw.Gaps} events did not name the one before them.\n{State()}");
        foreach (var events in Raw.Events.Where(happened => happened.App == App).GroupBy(static happened => (happened.User, happened.Device)))
        {
            var latest = (Epoch: 0UL, Change: 0UL);
            foreach (var happened in events.DistinctBy(static one => (one.Epoch, one.Change)))
            {
                Assert.True(
                    happened.Change > latest.Change && (StoreLostData || happened.Epoch >= latest.Epoch),
                    $"{events.Key}: the event ({happened.Epoch}, {happened.Change}) came after {latest}:\n{string.Join('\n', events)}");
                latest = (happened.Epoch, happened.Change);
            }
        }
    }

    /// <summary>Pushes to these, some at a time, and returns the outcomes.</summary>
    public async Task<IReadOnlyList<UserOutcome>> PushAsync(IEnumerable<Member> members, string text)
    {
        var outcomes = new List<UserOutcome>();
        foreach (var part in members.Chunk(1_000))
        {
            outcomes.AddRange((await Cluster.Center().PushAsync(ClusterQueries.Text(App, text, [.. part.Select(static member => member.User)]))).Outcomes);
        }

        return outcomes;
    }

    /// <summary>Pushes until it is sent to each of these, and waits until each has it on the connection that it holds.</summary>
    public async Task WaitUntilServedAsync(IReadOnlyList<Member> members)
    {
        var text = $"served {Guid.NewGuid():N}";
        var missing = members;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await PushAsync(missing, text);
                }
                catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable)
                {
                    return false;
                }

                var patience = Environment.TickCount64 + 2_000;
                while (missing.Count > 0 && Environment.TickCount64 < patience)
                {
                    await Task.Delay(20);
                    missing = [.. missing.Where(member => !member.Connection!.Pushes.Any(push => push.Text == text))];
                }

                return missing.Count == 0;
            },
            "a push arrives at everybody",
            () => $"{missing.Count} miss it, such as {(missing.Count > 0 ? missing[0] : null)}\n{State()}",
            Patience);
    }

    public string State() => $"raw events {Raw.Events.Count}, gaps {Raw.Gaps}; readings {Watched.Readings} ({string.Join(", ", Watched.Reasons)})\n{Cluster.State()}";

    public async ValueTask DisposeAsync()
    {
        await Watched.DisposeAsync();
        await Raw.DisposeAsync();
        await Crowd.DisposeAsync();
    }

    private async Task<string?> FirstFaultOfReadingsAsync()
    {
        foreach (var (i, instance) in Cluster.Centers.Index().Where(static one => one.Item.IsRunning))
        {
            var asked = await PresenceReading.TryOfUsersAsync(Cluster.Center(i), App, Members.Select(static member => member.User.Name));
            if ((asked is { Complete: true } ? asked.FirstFault(Members, Rooms) : "not complete") is { } wrong)
            {
                return $"{instance.Name}, asked: {wrong}";
            }

            var listed = await PresenceReading.TryOfAppAsync(Cluster.Center(i), App);
            if ((listed is { Complete: true } ? listed.FirstFault(Members, Rooms) : "not complete") is { } missing)
            {
                return $"{instance.Name}, listing: {missing}";
            }
        }

        return null;
    }

    private async Task<string?> FirstFaultOfCountAsync()
    {
        var online = (ulong)Members.Count(static member => member.IsConnected);
        for (var i = 0; i < Cluster.Registers.Count; i++)
        {
            if (Cluster.Registers[i].IsRunning)
            {
                var counted = await TryCountAsync(i);
                if (counted != online)
                {
                    return $"{Cluster.Registers[i].Name} counts {counted} sessions; there are {online}";
                }
            }
        }

        return null;
    }

    private async Task<ulong?> TryCountAsync(int register)
    {
        try
        {
            return (await new Sessions.SessionsClient(Cluster.Register(register)).CountAsync(new CountSessionsRequest { App = App })).Sessions;
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable)
        {
            return null;
        }
    }

    private string? FirstFaultOfCopies()
    {
        var truth = Members.Where(static member => member.IsConnected)
            .ToDictionary(static member => (member.User.Name, ""), member => Rooms[member.Connection!.Port]);
        if (Difference(truth, Watched.Copy.Online) is { } watched)
        {
            return $"the watcher's copy: {watched}";
        }

        // With a gap in the numbers a consumer reads anew; without one its copy is right by the events alone.
        var copy = new PresenceCopy();
        foreach (var happened in Raw.Events.Where(happened => happened.App == App))
        {
            copy.Take((happened.User, happened.Device), happened.Epoch, happened.Change, happened.Kind != Contracts.Bus.PresenceEvent.Types.Kind.Offline, happened.Room);
        }

        return Raw.Gaps == 0 && Difference(truth, copy.Online) is { } raw ? $"the exchange's copy: {raw}" : null;
    }

    private static string? Difference(Dictionary<(string, string), string> truth, Dictionary<(string, string), string> copy)
    {
        var wrong = truth.Except(copy).Concat(copy.Except(truth)).Take(3).ToArray();
        return wrong.Length == 0 ? null : $"{truth.Count} are online, the copy has {copy.Count}; {string.Join("; ", wrong.Select(static one => $"{one}"))}";
    }
}
