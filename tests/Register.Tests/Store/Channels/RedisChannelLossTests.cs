using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>What becomes of positions when Redis loses data, and that it needn't. Each test has a server of its own.</summary>
public sealed class RedisChannelLossTests
{
    [Fact]
    public async Task Append_AfterRestartWithoutData_GivesNoOldPosition()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var probe = await ChannelProbe.ConnectAsync(redis.Endpoint);
        var before = await probe.AppendManyAsync("ann", 10);
        var allBefore = await probe.AppendAsync("", "all");

        await redis.RestartAsync();
        await probe.AnsweredAsync();

        Assert.Equal(AckOutcome.UnknownPosition, await probe.AckAsync("ann", before[^1]));
        var after = await probe.AppendAsync("ann", "new");
        var allAfter = await probe.AppendAsync("", "all");
        Assert.True(after > before[^1] && after.Epoch > before[^1].Epoch, $"{before[^1]}, {after}");
        Assert.True(allAfter.Epoch > allBefore.Epoch, $"{allBefore}, {allAfter}");
        Assert.Equal(allAfter, (await probe.Channels.HeadsAsync(default))[ChannelProbe.App]);

        // Of what was lost nothing is beyond the head, and it passes nothing that is there.
        Assert.Equal(AckOutcome.Taken, await probe.AckAsync("ann", before[^1]));
        Assert.Equal(["new"], (await probe.OpenAsync("ann")).Inbox.Texts());
    }

    [Fact]
    public async Task Append_AfterRestartFromAnOlderSnapshot_GoesOnFromTheSurvivingHeadInAHigherEpoch()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var probe = await ChannelProbe.ConnectAsync(redis.Endpoint);
        var kept = await probe.AppendManyAsync("ann", 5);
        var allKept = await probe.AppendAsync("", "all");
        await redis.CliAsync("save");
        var lost = await probe.AppendManyAsync("ann", 5);
        var allLost = await probe.AppendAsync("", "lost");

        await redis.RestartAsync();
        await probe.AnsweredAsync();

        Assert.Equal(kept[^1], (await probe.ReadAsync("ann")).Head);
        Assert.Equal(AckOutcome.UnknownPosition, await probe.AckAsync("ann", lost[^1]));
        var after = await probe.AppendAsync("ann", "new");
        var allAfter = await probe.AppendAsync("", "new");
        Assert.Equal((6ul, 2ul), (after.Seq, allAfter.Seq));
        Assert.True(after.Epoch > lost[^1].Epoch && allAfter.Epoch > allLost.Epoch);
        Assert.Equal([.. kept, after], (await probe.ReadAsync("ann")).Entries.Select(static entry => entry.Position));
        Assert.Equal([allKept, allAfter], (await probe.ReadAsync("")).Entries.Select(static entry => entry.Position));
        (await probe.LedgerAsync("ann")).AssertBalance();
    }

    [Fact]
    public async Task Append_AfterFailoverBackToTheSameProcess_IsInAHigherEpoch()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var probe = await ChannelProbe.ConnectAsync(redis.Endpoint);
        var before = await probe.AppendAsync("ann", "1");

        // It was a replica of another server for a moment, and is the master again; its run id is the same.
        await redis.CliAsync("replicaof", "127.0.0.1", $"{FreePorts.Take()}");
        await redis.CliAsync("replicaof", "no", "one");

        var after = await probe.AppendAsync("ann", "2");
        Assert.True(after.Epoch > before.Epoch);
        Assert.Equal(2ul, after.Seq);
        Assert.Equal(after.Epoch, (await probe.AppendAsync("ann", "3")).Epoch);
    }

    [Fact]
    public async Task Append_WhenNothingWasLost_StaysInItsEpoch()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var probe = await ChannelProbe.ConnectAsync(redis.Endpoint);
        await using var other = await ChannelProbe.ConnectAsync(redis.Endpoint);
        var first = await probe.AppendAsync("ann", "1");
        await probe.AckAsync("ann", first);
        await redis.CliAsync("script", "flush");

        var second = await other.AppendAsync("ann", "2");

        Assert.Equal(first with { Seq = 2 }, second);
    }

    [Fact]
    public async Task Append_WhenInfoIsForbidden_SeesThatTheDataIsGone()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.CliAsync("acl", "setuser", "limited", "on", ">secret", "~*", "&*", "+@all", "-info");
        await using var probe = await ChannelProbe.ConnectAsync($"{redis.Endpoint},user=limited,password=secret");
        var first = await probe.AppendAsync("ann", "1");
        Assert.Equal(first with { Seq = 2 }, await probe.AppendAsync("ann", "2"));

        await redis.CliAsync("flushall");

        Assert.True((await probe.AppendAsync("ann", "3")).Epoch > first.Epoch);
    }

    [Fact]
    public async Task Append_AfterItsLogWasForgotten_GivesNoOldPositionEvenIfTheClockWasAhead()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var probe = await ChannelProbe.ConnectAsync(redis.Endpoint);
        var first = await probe.AppendAsync("ann", "1");
        await probe.AckAsync("ann", first);
        var front = $"{{p{Contracts.Partition.Of(ChannelProbe.App, "ann"):D4}}}:";
        var known = (await redis.CliAsync("get", front + "log")).Split(' ');
        var ahead = first.Epoch + 3_600_000_000;
        await redis.CliAsync("set", front + "log", $"{known[0]} {ahead} {known[2]}");

        Assert.Equal("1", await redis.CliAsync("del", front + "head:probe:ann"));

        Assert.Equal(new LogPosition(ahead + 1, 1), await probe.AppendAsync("ann", "2"));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Append_WithAppendOnlyFile_LosesNothingThatItAcknowledgedWhenRedisIsKilled()
    {
        // "everysec" puts writes off while the disk is busy with a flush, and has answered by then.
        await using var redis = await RedisServer.StartNewAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var probe = await ChannelProbe.ConnectAsync(redis.Endpoint, TimeSpan.FromSeconds(2));
        List<LogPosition>[] acknowledged = [.. Enumerable.Range(0, 8).Select(static _ => new List<LogPosition>())];
        using var end = new CancellationTokenSource();
        var writers = acknowledged.Select((positions, user) => Task.Run(() => WriteAsync($"user-{user}", positions))).ToArray();
        for (var round = 1; round <= 3; round++)
        {
            var goal = round * 200;
            await Eventually.HoldsAsync(() => acknowledged.All(positions => positions.Count >= goal), $"{goal} are appended");
            await redis.RestartAsync();
        }

        await probe.AnsweredAsync();
        await end.CancelAsync();
        await Task.WhenAll(writers);

        for (var user = 0; user < acknowledged.Length; user++)
        {
            Assert.Equal(acknowledged[user].Order(), acknowledged[user]);
            var stored = await ReadAllAsync($"user-{user}");
            Assert.Empty(acknowledged[user].Except(stored));
            Assert.InRange(stored.Count, acknowledged[user].Count, acknowledged[user].Count + 1000);
            (await probe.LedgerAsync($"user-{user}")).AssertBalance();
        }

        async Task WriteAsync(string user, List<LogPosition> positions)
        {
            for (var i = 0; !end.IsCancellationRequested; i++)
            {
                var outcome = await probe.TryAppendAsync(ChannelProbe.NewAppend(user, $"{i}"));
                if (outcome.State == AppendState.Appended)
                {
                    positions.Add(outcome.Position);
                }
                else
                {
                    // Without a connection it fails at once: writers that never wait leave the reconnection no thread.
                    await Task.Delay(10);
                }
            }
        }

        async Task<HashSet<LogPosition>> ReadAllAsync(string user)
        {
            HashSet<LogPosition> stored = [];
            for (var page = await probe.ReadAsync(user); ; page = await probe.ReadAsync(user, page.Covered))
            {
                stored.UnionWith(page.Entries.Select(static entry => entry.Position));
                if (page.Covered == page.Head)
                {
                    return stored;
                }
            }
        }
    }
}
