using Google.Protobuf;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store;

/// <summary>Jobs. Each test has a kind and an app of its own.</summary>
public abstract class JobStoreContract(StoreFixture fixture)
{
    private const ulong NoFence = 0;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);
    private static readonly ByteString Spec = ByteString.CopyFrom(0, 1, 0xff, (byte)'\n', 0);
    private static readonly ByteString Progress = ByteString.CopyFrom(9, 0, 8);
    private readonly string _app = $"app-{Guid.NewGuid():N}"[..30];
    private readonly string _kind = new([.. Guid.NewGuid().ToString("N").Where(char.IsLetter), 'k']);

    [Fact]
    public async Task Create_StoresTheJob()
    {
        var jobs = await JobsAsync();

        var created = await jobs.CreateAsync(_app, _kind, Spec, "", default);

        Assert.Equal((_app, _kind, JobState.Unfinished, NoFence, false), (created!.App, created.Kind, created.State, created.Fence, created.CancelRequested));
        Assert.Equal(Spec, created.Spec);
        Assert.True(created.CreatedUnixMs > 1_700_000_000_000);
        Assert.Equal(created, await jobs.GetAsync(created.Id, default));
        Assert.Null(await jobs.GetAsync("0000000000000001", default));
    }

    [Fact]
    public async Task Create_WithTheKeyOfAStoredJob_IsThatJob()
    {
        var jobs = await JobsAsync();

        var many = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => jobs.CreateAsync(_app, _kind, Spec, "key:{1}", default))));

        var id = Assert.Single(many.Select(job => job!.Id).Distinct());
        Assert.NotEqual(id, (await jobs.CreateAsync(_app, _kind + "-other", Spec, "key:{1}", default))!.Id);
        Assert.NotEqual(id, (await jobs.CreateAsync(_app + "o", _kind, Spec, "key:{1}", default))!.Id);
        Assert.NotEqual(id, (await jobs.CreateAsync(_app, _kind, Spec, "key:{2}", default))!.Id);
        Assert.NotEqual((await jobs.CreateAsync(_app, _kind, Spec, "", default))!.Id, (await jobs.CreateAsync(_app, _kind, Spec, "", default))!.Id);
    }

    [Fact]
    public async Task Take_GivesTheOldestThatNobodyHolds()
    {
        var jobs = await JobsAsync();
        var first = await CreateAsync();
        var second = await CreateAsync(_kind + "-other");

        var taken = await jobs.TakeAsync([_kind + "-other", _kind], Long, default);
        var other = await jobs.TakeAsync([_kind + "-other", _kind], Long, default);

        Assert.Equal((first, second), (taken!.Id, other!.Id));
        Assert.Equal((1ul, Spec), (taken.Fence, taken.Spec));
        Assert.Null(await jobs.TakeAsync([_kind + "-other", _kind], Long, default));
        Assert.Null(await jobs.TakeAsync([_kind + "-unheard-of"], Long, default));
    }

    [Fact]
    public async Task Take_Concurrently_GivesEachJobOnce()
    {
        var jobs = await JobsAsync();
        var created = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => CreateAsync()));

        var taken = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => jobs.TakeAsync([_kind], Long, default))));

        Assert.Equal(created.Order(), taken.Where(job => job is not null).Select(job => job!.Id).Order());
    }

    [Fact]
    public async Task Take_WhenTheHoldIsOver_GivesItToAnotherWithTheProgress()
    {
        var jobs = await JobsAsync();
        var id = await CreateAsync();
        var first = await jobs.TakeAsync([_kind], Long, default);
        await jobs.SaveAsync(id, first!.Fence, Progress, JobState.Unfinished, "", Short, default);

        Job? second = null;
        await Eventually.HoldsAsync(async () => (second = await jobs.TakeAsync([_kind], Long, default)) is not null, "the hold is over");

        Assert.Equal((id, Progress), (second!.Id, second.Progress));
        Assert.True(second.Fence > first.Fence);
        Assert.Equal(JobSaveState.Lost, (await jobs.SaveAsync(id, first.Fence, ByteString.Empty, JobState.Done, "", Long, default)).State);
        Assert.Equal(Progress, (await jobs.GetAsync(id, default))!.Progress);
    }

    [Fact]
    public async Task Save_RenewsTheHold()
    {
        var jobs = await JobsAsync();
        var id = await CreateAsync();
        var taken = await jobs.TakeAsync([_kind], Short, default);

        Assert.Equal(JobSaveState.Saved, (await jobs.SaveAsync(id, taken!.Fence, Progress, JobState.Unfinished, "", Long, default)).State);

        Assert.Null(await jobs.TakeAsync([_kind], Long, default));
    }

    [Fact]
    public async Task Save_ByWhoNeverTookIt_IsLost()
    {
        var id = await CreateAsync();

        Assert.Equal(JobSaveState.Lost, (await (await JobsAsync()).SaveAsync(id, NoFence, Progress, JobState.Done, "", Long, default)).State);
    }

    [Theory]
    [InlineData(JobState.Done)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    public async Task Save_OfTheLastWord_IsFinal(JobState last)
    {
        var jobs = await JobsAsync();
        var id = await CreateAsync();
        var fence = (await jobs.TakeAsync([_kind], Short, default))!.Fence;

        var saved = await jobs.SaveAsync(id, fence, Progress, last, last == JobState.Failed ? "why" : "", Short, default);
        var again = await jobs.SaveAsync(id, fence, ByteString.Empty, last, "", Short, default);
        var other = await jobs.SaveAsync(id, fence, ByteString.Empty, JobState.Unfinished, "", Short, default);

        Assert.Equal((JobSaveState.Saved, last, Progress), (saved.State, saved.Job!.State, saved.Job.Progress));
        Assert.Equal((JobSaveState.Saved, Progress), (again.State, again.Job!.Progress));
        Assert.Equal(JobSaveState.Ended, other.State);
        Assert.Null(await jobs.TakeAsync([_kind], Short, default));
        Assert.Equal(saved.Job, await jobs.GetAsync(id, default));
        Assert.False((await jobs.CancelAsync(id, default))!.CancelRequested);
    }

    [Fact]
    public async Task Save_OfUnknownJob_IsNotFound() =>
        Assert.Equal(
            JobSaveState.NotFound, (await (await JobsAsync()).SaveAsync("00000000000000aa", 1, Progress, JobState.Done, "", Long, default)).State);

    [Fact]
    public async Task Cancel_IsSeenByItsHolder()
    {
        var jobs = await JobsAsync();
        var id = await CreateAsync();
        var taken = await jobs.TakeAsync([_kind], Long, default);
        Assert.False(taken!.CancelRequested);

        Assert.True((await jobs.CancelAsync(id, default))!.CancelRequested);

        Assert.True((await jobs.SaveAsync(id, taken.Fence, Progress, JobState.Unfinished, "", Long, default)).Job!.CancelRequested);
        Assert.Null(await jobs.CancelAsync("00000000000000aa", default));
    }

    [Fact]
    public async Task List_GivesPagesOfTheAppNewestFirst()
    {
        var jobs = await JobsAsync();
        List<string> created = [];
        for (var i = 0; i < 7; i++)
        {
            created.Insert(0, await CreateAsync());
        }

        await jobs.CreateAsync(_app + "o", _kind, Spec, "", default);

        List<string> listed = [];
        bool hasMore;
        do
        {
            var page = await jobs.ListAsync(_app, listed.LastOrDefault() ?? "", 3, default);
            Assert.InRange(page.Jobs.Count, 1, 3);
            listed.AddRange(page.Jobs.Select(job => job.Id));
            hasMore = page.HasMore;
        }
        while (hasMore);

        Assert.Equal(created, listed);
        Assert.Empty((await jobs.ListAsync(_app + "none", "", 3, default)).Jobs);
    }

    [Fact]
    public async Task List_OfLargeJobs_EndsAPageEarly()
    {
        var jobs = await JobsAsync();
        var large = ByteString.CopyFrom(new byte[256 * 1024]);
        for (var i = 0; i < 12; i++)
        {
            await jobs.CreateAsync(_app, _kind, large, "", default);
        }

        var page = await jobs.ListAsync(_app, "", 100, default);

        Assert.Equal((8, true), (page.Jobs.Count, page.HasMore));
        Assert.Equal((4, false), await RestAsync());

        async Task<(int, bool)> RestAsync()
        {
            var rest = await jobs.ListAsync(_app, page.Jobs[^1].Id, 100, default);
            return (rest.Jobs.Count, rest.HasMore);
        }
    }

    private async Task<string> CreateAsync(string? kind = null) => (await (await JobsAsync()).CreateAsync(_app, kind ?? _kind, Spec, "", default))!.Id;

    private async Task<IJobStore> JobsAsync() => (await fixture.StoresAsync()).Jobs;
}

public sealed class MemoryJobTests(MemoryFixture fixture) : JobStoreContract(fixture);

public sealed class RedisJobTests(RedisFixture fixture) : JobStoreContract(fixture);

public sealed class RedisClusterJobTests(RedisClusterFixture fixture) : JobStoreContract(fixture);
