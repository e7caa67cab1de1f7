using Microservices.Gateway.Delivery.Channels;
using Microservices.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Gateway.Tests.Delivery.Channels;

public sealed class BatchedCallsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_WhatIsNotSettled_DoesNotHoldUpTheOthers(bool isFault)
    {
        using var end = new CancellationTokenSource();
        var calls = new BatchedCalls<int>(maxBatch: 4, concurrency: 2, TimeProvider.System, NullLogger.Instance);
        var settled = new HashSet<int>();
        Enumerable.Range(0, 60).ToList().ForEach(calls.Add);

        // Ten are never settled, and fill the batches at first.
        var running = calls.RunAsync(
            (batch, _) =>
            {
                lock (settled)
                {
                    settled.UnionWith(batch.Where(static item => item >= 10));
                    batch.RemoveAll(static item => item >= 10);
                }

                return isFault && batch.Count > 0 ? throw new InvalidOperationException("on purpose") : Task.CompletedTask;
            },
            end.Token);

        await Eventually.HoldsAsync(() => calls.Unfinished == 10, "everything else is settled");
        Assert.Equal(50, settled.Count);
        await end.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Complete_ReturnsWhenEverythingIsSettled()
    {
        var calls = new BatchedCalls<int>(maxBatch: 4, concurrency: 2, TimeProvider.System, NullLogger.Instance);
        Enumerable.Range(0, 10).ToList().ForEach(calls.Add);
        var isAway = true;
        calls.Complete();

        await calls.RunAsync(
            (batch, _) =>
            {
                if (!isAway)
                {
                    batch.Clear();
                }

                isAway = false;
                return Task.CompletedTask;
            },
            CancellationToken.None);

        Assert.Equal(0, calls.Unfinished);
    }
}
