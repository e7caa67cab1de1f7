using Google.Protobuf;
using Microservices.Contracts.Register;
using Microservices.Register.Jobs;
using Microservices.Register.Store;
using Microservices.Register.Store.Memory;
using Microservices.Register.Store.Redis;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Store;

/// <summary>What is counted over all jobs: on stores of their own.</summary>
public sealed class JobLimitTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    [Fact]
    public Task Create_OfMoreThanTheLimitInMemory_IsRefusedUntilOneEnds() => RefusesMoreAsync(Stores.Memory().Jobs);

    [Fact]
    public async Task Create_OfMoreThanTheLimitInRedis_IsRefusedUntilOneEnds()
    {
        await using var redis = new RedisFixture();
        await RefusesMoreAsync((await redis.StoresAsync()).Jobs);
    }

    [Fact]
    public Task Ended_ForLongerThanTheyAreKeptInMemory_AreForgotten() =>
        ForgetsAsync(new MemoryJobStore(TimeProvider.System, KeptForAMillisecond));

    [Fact]
    public async Task Ended_ForLongerThanTheyAreKeptInRedis_AreForgotten()
    {
        await using var redis = new RedisFixture();
        await ForgetsAsync(new RedisJobStore((await redis.StoresAsync()).Client!, KeptForAMillisecond));

        // What is left: the latest id, and the last job with what names it.
        var keys = (await redis.CliAsync("keys", "{jobs}:*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(keys.Length <= 6, string.Join(' ', keys));
    }

    private static IOptions<JobsOptions> KeptForAMillisecond => Options.Create(new JobsOptions { KeepEnded = TimeSpan.FromMilliseconds(1) });

    private static async Task RefusesMoreAsync(IJobStore jobs)
    {
        foreach (var chunk in Enumerable.Range(0, JobLimits.MaxUnfinished).Chunk(1_000))
        {
            Assert.All(await Task.WhenAll(chunk.Select(_ => jobs.CreateAsync("app", "kind", ByteString.Empty, "", default))), Assert.NotNull);
        }

        Assert.Null(await jobs.CreateAsync("app", "kind", ByteString.Empty, "", default));

        var taken = await jobs.TakeAsync(["kind"], Hold, default);
        await jobs.SaveAsync(taken!.Id, taken.Fence, ByteString.Empty, JobState.Done, "", Hold, default);
        Assert.NotNull(await jobs.CreateAsync("app", "kind", ByteString.Empty, "", default));
    }

    private static async Task ForgetsAsync(IJobStore jobs)
    {
        for (var i = 0; i < 10; i++)
        {
            await jobs.CreateAsync("app", "kind", ByteString.Empty, $"key-{i}", default);
            var taken = await jobs.TakeAsync(["kind"], Hold, default);
            await jobs.SaveAsync(taken!.Id, taken.Fence, ByteString.Empty, JobState.Done, "", Hold, default);
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                var last = await jobs.CreateAsync("app", "kind", ByteString.Empty, "last", default);
                return (await jobs.ListAsync("app", "", 100, default)).Jobs is [var only] && only.Id == last!.Id;
            },
            "the ended jobs are gone");
    }
}
