using System.Security.Cryptography;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store;

/// <summary>Keys of resume tickets. Each test has a store of its own.</summary>
public abstract class ResumeKeyStoreContract
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task Read_BySeveralAtOnce_MakesOneKey()
    {
        var (keys, owner) = await StoreAsync();
        await using var ended = owner;

        var read = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => ReadAsync(keys, Long, Long))));

        var key = Assert.Single(read.Select(snapshot => Assert.Single(snapshot.Keys)).DistinctBy(key => (key.Id, Convert.ToHexString(key.Secret.Span))));
        Assert.Equal(32, key.Secret.Length);
        Assert.InRange(key.MadeAt, read[0].StoreTime - 60_000_000, read[0].StoreTime);
    }

    [Fact]
    public async Task Read_WhenTheNewestIsOldEnough_MakesAnotherAndKeepsTheFormer()
    {
        var (keys, owner) = await StoreAsync();
        await using var ended = owner;
        var first = Assert.Single((await ReadAsync(keys, Long, Long)).Keys);

        ResumeKeySnapshot rotated = new([], 0);
        await Eventually.HoldsAsync(async () => (rotated = await ReadAsync(keys, Short, Long)).Keys.Count == 2, "there is another key");

        Assert.True(rotated.Keys[0].Id > first.Id);
        Assert.Equal((first.Id, Convert.ToHexString(first.Secret.Span)), (rotated.Keys[1].Id, Convert.ToHexString(rotated.Keys[1].Secret.Span)));
        Assert.NotEqual(Convert.ToHexString(first.Secret.Span), Convert.ToHexString(rotated.Keys[0].Secret.Span));
    }

    [Fact]
    public async Task Read_WithKeysOlderThanTheyAreKept_DropsAllButTheNewest()
    {
        var (keys, owner) = await StoreAsync();
        await using var ended = owner;
        var first = Assert.Single((await ReadAsync(keys, Long, Long)).Keys);
        await Eventually.HoldsAsync(async () => (await ReadAsync(keys, Short, Long)).Keys.Count >= 2, "there is another key");

        ResumeKeySnapshot kept = new([], 0);
        await Eventually.HoldsAsync(async () => (kept = await ReadAsync(keys, Long, Short)).Keys.Count == 1, "the newest is left");

        Assert.True(kept.Keys[0].Id > first.Id);
    }

    private protected abstract Task<(IResumeKeyStore Keys, IAsyncDisposable Owner)> StoreAsync();

    private static Task<ResumeKeySnapshot> ReadAsync(IResumeKeyStore keys, TimeSpan rotateEvery, TimeSpan keep) =>
        keys.ReadAsync(RandomNumberGenerator.GetBytes(32), rotateEvery, keep, CancellationToken.None);
}

public sealed class MemoryResumeKeyTests : ResumeKeyStoreContract
{
    private protected override Task<(IResumeKeyStore Keys, IAsyncDisposable Owner)> StoreAsync()
    {
        var stores = Stores.Memory();
        return Task.FromResult<(IResumeKeyStore, IAsyncDisposable)>((stores.ResumeKeys, stores));
    }
}

public sealed class RedisResumeKeyTests : ResumeKeyStoreContract
{
    private protected override async Task<(IResumeKeyStore Keys, IAsyncDisposable Owner)> StoreAsync()
    {
        var redis = new RedisFixture();
        return ((await redis.StoresAsync()).ResumeKeys, redis);
    }
}

public sealed class RedisClusterResumeKeyTests : ResumeKeyStoreContract
{
    private protected override async Task<(IResumeKeyStore Keys, IAsyncDisposable Owner)> StoreAsync()
    {
        var cluster = new RedisClusterFixture();
        return ((await cluster.StoresAsync()).ResumeKeys, cluster);
    }
}
