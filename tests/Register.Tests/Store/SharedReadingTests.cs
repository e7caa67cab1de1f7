using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

public sealed class SharedReadingTests
{
    [Fact]
    public async Task Get_WhileAnotherReads_SharesTheNextReading()
    {
        var readings = 0;
        using var gate = new SemaphoreSlim(0);
        using var reading = new SharedReading<string>(
            async cancellationToken =>
            {
                var number = Interlocked.Increment(ref readings);
                await gate.WaitAsync(cancellationToken);
                return $"reading {number}";
            },
            TimeProvider.System);
        var first = reading.GetAsync(default);
        var waiting = Enumerable.Range(0, 50).Select(_ => reading.GetAsync(default)).ToArray();

        gate.Release(2);

        Assert.Equal("reading 1", await first);
        Assert.All(await Task.WhenAll(waiting), value => Assert.Equal("reading 2", value));
        Assert.Equal(2, readings);
    }

    [Fact]
    public async Task Get_WhenTheSharedReadingFails_FailsForAllThatWaited()
    {
        var readings = 0;
        using var gate = new SemaphoreSlim(0);
        using var reading = new SharedReading<string>(
            async cancellationToken =>
            {
                Interlocked.Increment(ref readings);
                await gate.WaitAsync(cancellationToken);
                throw new StoreUnavailableException("redis", "silent");
            },
            TimeProvider.System);
        var calls = Enumerable.Range(0, 20).Select(_ => reading.GetAsync(default)).ToArray();

        gate.Release(2);

        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => call);
        }

        Assert.Equal(2, readings);
    }

    [Fact]
    public async Task Get_WhenTheReaderLeaves_IsReadByTheNext()
    {
        using var gate = new SemaphoreSlim(0);
        using var left = new CancellationTokenSource();
        using var reading = new SharedReading<string>(
            async cancellationToken =>
            {
                await gate.WaitAsync(cancellationToken);
                return "read";
            },
            TimeProvider.System);
        var first = reading.GetAsync(left.Token);
        var second = reading.GetAsync(default);

        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Release();

        Assert.Equal("read", await second);
    }
}
