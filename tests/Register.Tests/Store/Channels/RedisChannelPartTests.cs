using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>One master of three is away: what lies on the others goes on.</summary>
public sealed class RedisChannelPartTests
{
    private const int Users = 100;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Batches_WithOneMasterGone_AreTakenWhereTheOthersAre()
    {
        await using var cluster = await RedisCluster.StartAsync();
        foreach (var master in cluster.Masters)
        {
            await master.CliAsync("config", "set", "cluster-require-full-coverage", "no");
        }

        await using var probe = await ChannelProbe.ConnectAsync(cluster.Endpoints, TimeSpan.FromSeconds(2));
        IReadOnlyList<AppendOutcome> before = [];
        await Eventually.HoldsAsync(
            async () => (before = await AppendAsync(probe, "first")).All(static one => one.State == AppendState.Appended), "the cluster takes messages");

        await cluster.Masters[1].KillAsync();

        IReadOnlyList<AppendOutcome> during = [];
        await Eventually.HoldsAsync(
            async () => (during = await AppendAsync(probe, "second")).Any(static one => one.State == AppendState.Appended), "the others take messages");
        var acks = await probe.Channels.AckAsync(
            [.. Enumerable.Range(0, Users).Select(user => new Acknowledgement(ReaderOf(user), All: false, before[user].Position))], default);
        var opened = await probe.Channels.OpenAsync(
            [.. Enumerable.Range(0, Users).Select(user => new Opening(ReaderOf(user), LogPosition.Start, true, 16, TimeSpan.Zero))], new PageLimits(10, 10_000), default);
        var pages = await probe.Channels.ReadAsync(
            [.. Enumerable.Range(0, Users).Select(user => new LogRead(ChannelProbe.App, $"user-{user}", before[user].Position))], new PageLimits(10, 10_000), default);

        for (var user = 0; user < Users; user++)
        {
            var isAway = await IsAwayAsync(user);
            Assert.Equal(isAway, during[user].State == AppendState.Unavailable);
            Assert.Equal(isAway ? AckOutcome.Unavailable : AckOutcome.Taken, acks[user]);
            Assert.Equal(isAway ? null : "second", opened[user]?.Inbox.Texts()[0]);
            Assert.Equal(isAway ? null : "second", pages[user]?.Texts()[0]);
        }

        Assert.Contains(during, static one => one.State == AppendState.Unavailable);

        async Task<bool> IsAwayAsync(int user) =>
            int.Parse(await cluster.Masters[0].CliAsync("cluster", "keyslot", $"{{p{Partition.Of(ChannelProbe.App, $"user-{user}"):D4}}}")) * 3 / 16_384 == 1;
    }

    private static Reader ReaderOf(int user) => new(ChannelProbe.App, $"user-{user}", "");

    private static Task<IReadOnlyList<AppendOutcome>> AppendAsync(ChannelProbe probe, string text) =>
        probe.Channels.AppendAsync([.. Enumerable.Range(0, Users).Select(user => ChannelProbe.NewAppend($"user-{user}", text))], default);
}
