using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store;

/// <summary>One master of three is away: what looks at all partitions goes on with the others.</summary>
public sealed class RedisClusterPartTests
{
    private const string App = "part";
    private const int Users = 200;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Looks_WithOneMasterGone_FindWhatTheOthersHave()
    {
        await using var cluster = await RedisCluster.StartAsync();
        foreach (var master in cluster.Masters)
        {
            await master.CliAsync("config", "set", "cluster-require-full-coverage", "no");
        }

        await using var stores = await Stores.RedisAsync(cluster.Endpoints, TimeSpan.FromSeconds(2));
        await Eventually.HoldsAsync(
            async () => (await ClaimAsync(stores, session: 1)).All(static outcome => outcome.State == ClaimState.Claimed), "the cluster takes claims");
        await ClaimAsync(stores, session: 2);
        var partitions = Enumerable.Range(0, Users).Select(user => Partition.Of(App, $"user-{user}")).Distinct().Count();
        Assert.Equal(partitions, (await stores.Outbox.PendingAsync(CancellationToken.None)).Count);
        Assert.Equal(partitions, (await UntoldAsync(stores)).Count);

        await cluster.Masters[1].KillAsync();

        IReadOnlyList<int> pending = [];
        IReadOnlyList<int> untold = [];
        KickBatch kicked = new([], []);
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    pending = await stores.Outbox.PendingAsync(CancellationToken.None);
                    untold = await UntoldAsync(stores);
                }
                catch (StoreUnavailableException)
                {
                    // For a moment the others may say that the whole cluster is down.
                    return false;
                }

                kicked = await stores.Sessions.KickAsync(
                    App, [.. Enumerable.Range(0, Users).Select(user => new SessionKick($"user-{user}"))], CancellationToken.None);
                return pending.Count > partitions / 2 && untold.Count > partitions / 2 && kicked.Ended.Any(static ended => ended is not null);
            },
            "the others answer",
            () => $"pending {pending.Count}, untold {untold.Count}, kicked {kicked.Ended.Count(static ended => ended is not null)}");
        Assert.True(pending.Count < partitions && untold.Count < partitions);
        Assert.Contains(null, kicked.Ended);
    }

    private static async Task<IReadOnlyList<int>> UntoldAsync(Stores stores) =>
        [.. (await stores.Sessions.UntoldAsync(10, CancellationToken.None)).Select(static one => one.Partition).Distinct()];

    private static async Task<IReadOnlyList<ClaimOutcome>> ClaimAsync(Stores stores, ulong session) => (await stores.Sessions.ClaimAsync(
        [
            .. Enumerable.Range(0, Users).Select(user => new SessionClaim(
                new Session { App = App, User = $"user-{user}", Key = new SessionKey { Session = session }, Incarnation = 5 }, PerDevice: false)),
        ],
        CancellationToken.None)).Outcomes;
}
