using Microservices.Center.Sharing;

namespace Microservices.Center.Tests.Sharing;

public sealed class SharedCallsTests
{
    private readonly Lock _sync = new();
    private readonly List<string> _calls = [];
    private TaskCompletionSource _gate = new();

    [Fact]
    public async Task TryAdd_WhileACallIsUnderWay_SharesTheNext()
    {
        var calls = NewCalls(new SharingLimits(1, 10, 100, 100, 1_000));
        var first = Add(calls, "a");
        await BegunAsync(1);
        Work[] others = [Add(calls, "b"), Add(calls, "c"), Add(calls, "d")];

        _gate.SetResult();
        await Task.WhenAll(others.Append(first).Select(static work => work.Done));

        Assert.Equal(["a", "b c d"], _calls);
        Assert.Equal(0, calls.Waiting);
    }

    [Fact]
    public async Task TryAdd_MoreThanACallTakes_IsCutInOrder()
    {
        var calls = NewCalls(new SharingLimits(1, 3, 10, 100, 1_000));
        Add(calls, "a");
        await BegunAsync(1);
        Work[] others = [Add(calls, "b", items: 2), Add(calls, "c"), Add(calls, "d"), Add(calls, "e", bytes: 50), Add(calls, "f", bytes: 10), Add(calls, "g")];

        _gate.SetResult();
        await Task.WhenAll(others.Select(static work => work.Done));

        Assert.Equal(["a", "b c", "d", "e", "f", "g"], _calls);
    }

    [Fact]
    public async Task TryAdd_SeveralPieces_MayBeUnderWayAtOnce()
    {
        var calls = NewCalls(new SharingLimits(2, 1, 10, 100, 1_000));
        Work[] works = [new("a"), new("b"), new("c")];

        Assert.True(calls.TryAdd(works));
        await BegunAsync(2);

        Assert.Equal(1, calls.Waiting);
        _gate.SetResult();
        await Task.WhenAll(works.Select(static work => work.Done));
    }

    [Fact]
    public async Task TryAdd_MoreThanMayWait_TakesNothingOfIt()
    {
        var calls = NewCalls(new SharingLimits(1, 10, 100, 4, 10));
        Add(calls, "a");
        await BegunAsync(1);
        var large = Add(calls, "alone", items: 9, bytes: 99);

        Assert.False(calls.TryAdd(new Work("b")));
        Assert.Equal(9, calls.Waiting);

        _gate.SetResult();
        await large.Done;
    }

    [Fact]
    public async Task TryAdd_TooManyBytes_TakesNothingOfIt()
    {
        var calls = NewCalls(new SharingLimits(1, 10, 100, 100, 10));
        Add(calls, "a");
        await BegunAsync(1);
        var small = Add(calls, "b", bytes: 4);

        Assert.False(calls.TryAdd(new Work("c", bytes: 3), new Work("d", bytes: 4)));
        Assert.True(calls.TryAdd(new Work("e", bytes: 6)));

        _gate.SetResult();
        await small.Done;
    }

    [Fact]
    public async Task Call_Throws_FailsItsWorkAndGoesOn()
    {
        var calls = NewCalls(new SharingLimits(1, 1, 10, 100, 1_000));
        _gate.SetResult();
        var bad = Add(calls, "bad");

        await Assert.ThrowsAsync<InvalidOperationException>(() => bad.Done);
        await Add(calls, "good").Done;
    }

    [Fact]
    public async Task Call_NobodyWaitsForAPiece_LeavesItOut()
    {
        var calls = NewCalls(new SharingLimits(1, 10, 100, 100, 1_000));
        Add(calls, "a");
        await BegunAsync(1);
        var left = new Work("left");
        calls.TryAdd(left);
        var stayed = Add(calls, "stayed");
        left.IsAbandoned = true;

        _gate.SetResult();
        await stayed.Done;

        Assert.Equal(["a", "stayed"], _calls);
        await Assert.ThrowsAsync<TaskCanceledException>(() => left.Done);
    }

    private static Work Add(SharedCalls<Work> calls, string name, int items = 1, long bytes = 1)
    {
        var work = new Work(name, items, bytes);
        Assert.True(calls.TryAdd(work));
        return work;
    }

    private SharedCalls<Work> NewCalls(SharingLimits limits) => new(
        async batch =>
        {
            lock (_sync)
            {
                _calls.Add(string.Join(' ', batch.Select(static work => work.Name)));
            }

            await _gate.Task;
            foreach (var work in batch)
            {
                if (work.Name == "bad")
                {
                    throw new InvalidOperationException("a fault");
                }

                work.Finish();
            }
        },
        limits);

    private Task BegunAsync(int calls) => Testing.Eventually.HoldsAsync(
        () =>
        {
            lock (_sync)
            {
                return _calls.Count == calls;
            }
        },
        "the calls have begun");

    private sealed class Work(string name, int items = 1, long bytes = 1) : ISharedWork
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => name;

        public int Items => items;

        public long Bytes => bytes;

        public bool IsAbandoned { get; set; }

        public Task Done => _done.Task;

        public void Finish() => _done.TrySetResult();

        public void Abandon() => _done.TrySetCanceled();

        public void Fail(Exception fault) => _done.TrySetException(fault);
    }
}
