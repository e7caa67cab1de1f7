using Google.Protobuf;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;

namespace Microservices.Register.Tests.Jobs;

public sealed class JobsServiceTests : IAsyncLifetime
{
    private RunningRegister _register = null!;

    public async ValueTask InitializeAsync() => _register = await RunningRegister.StartAsync();

    public ValueTask DisposeAsync() => _register.DisposeAsync();

    [Fact]
    public async Task Job_IsCreatedTakenSavedListedAndEnded()
    {
        var created = await _register.Jobs.CreateAsync(New());

        var taken = (await _register.Jobs.TakeAsync(new TakeJobRequest { Kinds = { "kick", "kick" }, HoldMs = 5_000 })).Job;
        var cancelled = await _register.Jobs.CancelAsync(new CancelJobRequest { Id = created.Id });
        var saved = await _register.Jobs.SaveAsync(Save(taken, JobState.Cancelled));

        Assert.Equal(created.Id, taken.Id);
        Assert.True(cancelled.CancelRequested);
        Assert.Equal(JobState.Cancelled, saved.State);
        Assert.Equal(saved, await _register.Jobs.GetAsync(new GetJobRequest { Id = created.Id }));
        var list = await _register.Jobs.ListAsync(new ListJobsRequest { App = "default" });
        Assert.Equal((saved, ""), (Assert.Single(list.Jobs), list.NextCursor));
        Assert.Null((await _register.Jobs.TakeAsync(new TakeJobRequest { Kinds = { "kick" }, HoldMs = 5_000 })).Job);
        (await Caller.FaultAsync(_register.Jobs.SaveAsync(Save(taken, JobState.Done)))).Is(StatusCode.FailedPrecondition, "ended", taken.Id);
    }

    [Fact]
    public async Task Create_WithoutApp_IsAboutAllApps()
    {
        var created = await _register.Jobs.CreateAsync(New(request => (request.App, request.Key) = ("", "one")));

        Assert.Equal("", created.App);
        Assert.Equal(created, await _register.Jobs.CreateAsync(New(request => (request.App, request.Key) = ("", "one"))));
        Assert.NotEqual(created.Id, (await _register.Jobs.CreateAsync(New(request => request.Key = "one"))).Id);
    }

    [Fact]
    public async Task List_WithMoreThanAPage_SaysWhereTheNextBegins()
    {
        for (var i = 0; i < 3; i++)
        {
            await _register.Jobs.CreateAsync(New());
        }

        var first = await _register.Jobs.ListAsync(new ListJobsRequest { App = "default", Limit = 2 });
        var second = await _register.Jobs.ListAsync(new ListJobsRequest { App = "default", Limit = 2, Cursor = first.NextCursor });

        Assert.Equal((2, 1, ""), (first.Jobs.Count, second.Jobs.Count, second.NextCursor));
        Assert.Equal(3, first.Jobs.Concat(second.Jobs).DistinctBy(job => job.Id).Count());
    }

    [Fact]
    public async Task Save_WithAnOlderFence_IsRefused()
    {
        await _register.Jobs.CreateAsync(New());
        var taken = (await _register.Jobs.TakeAsync(new TakeJobRequest { Kinds = { "kick" }, HoldMs = 5_000 })).Job;

        var save = Save(taken, JobState.Done);
        save.Fence--;

        (await Caller.FaultAsync(_register.Jobs.SaveAsync(save))).Is(StatusCode.FailedPrecondition, "Fence 0", taken.Id);
    }

    [Fact]
    public async Task Requests_WithBadInput_AreRefused()
    {
        await RefusedAsync(New(request => request.Kind = ""), "kind", "0 characters");
        await RefusedAsync(New(request => request.Kind = "Kick"), "kind", "a-z");
        await RefusedAsync(New(request => request.App = "no app"), "app", "a-z");
        await RefusedAsync(New(request => request.Spec = ByteString.CopyFrom(new byte[(256 * 1024) + 1])), "spec", "262145", "262144");
        await RefusedAsync(New(request => request.Key = new string('k', 129)), "key", "129", "128");
        await RefusedAsync(New(request => request.Key = "a b"), "key", "visible ASCII");
        (await Caller.FaultAsync(_register.Jobs.CreateAsync(New(request => request.App = "unknown")))).Is(StatusCode.NotFound, "unknown");
        (await Caller.FaultAsync(_register.Jobs.TakeAsync(new TakeJobRequest { HoldMs = 5_000 }))).Is(StatusCode.InvalidArgument, "kinds", "0");
        (await Caller.FaultAsync(_register.Jobs.TakeAsync(new TakeJobRequest { Kinds = { "a" }, HoldMs = 999 }))).Is(StatusCode.InvalidArgument, "hold_ms", "999", "1000");
        (await Caller.FaultAsync(_register.Jobs.ListAsync(new ListJobsRequest { App = "default", Cursor = "?" }))).Is(StatusCode.InvalidArgument, "cursor");
        (await Caller.FaultAsync(_register.Jobs.ListAsync(new ListJobsRequest { App = "default", Limit = 101 }))).Is(StatusCode.InvalidArgument, "limit", "101");
        (await Caller.FaultAsync(_register.Jobs.GetAsync(new GetJobRequest { Id = "../x" }))).Is(StatusCode.NotFound, "id");
        (await Caller.FaultAsync(_register.Jobs.CancelAsync(new CancelJobRequest { Id = "00000000000000aa" }))).Is(StatusCode.NotFound, "id");
    }

    [Fact]
    public async Task Save_WithBadInput_IsRefused()
    {
        await _register.Jobs.CreateAsync(New());
        var taken = (await _register.Jobs.TakeAsync(new TakeJobRequest { Kinds = { "kick" }, HoldMs = 5_000 })).Job;

        await RefusedAsync(save => save.Progress = ByteString.CopyFrom(new byte[65_537]), "progress", "65537", "65536");
        await RefusedAsync(save => save.State = (JobState)9, "state", "9");
        await RefusedAsync(save => save.Failure = "why", "failure", "has not failed");
        await RefusedAsync(save => (save.State, save.Failure) = (JobState.Failed, new string('x', 1_025)), "failure", "1025", "1024");
        await RefusedAsync(save => (save.State, save.Failure) = (JobState.Failed, "a\nb"), "failure", "control");
        await RefusedAsync(save => save.HoldMs = 300_001, "hold_ms", "300001");

        async Task RefusedAsync(Action<SaveJobRequest> spoil, params string[] words)
        {
            var save = Save(taken, JobState.Unfinished);
            spoil(save);
            (await Caller.FaultAsync(_register.Jobs.SaveAsync(save))).Is(StatusCode.InvalidArgument, words);
        }
    }

    private static CreateJobRequest New(Action<CreateJobRequest>? change = null)
    {
        var request = new CreateJobRequest { Kind = "kick", App = "default", Spec = ByteString.CopyFromUtf8("spec") };
        change?.Invoke(request);
        return request;
    }

    private static SaveJobRequest Save(Job job, JobState state) =>
        new() { Id = job.Id, Fence = job.Fence, Progress = ByteString.CopyFromUtf8("half"), State = state, HoldMs = 5_000 };

    private async Task RefusedAsync(CreateJobRequest request, params string[] words) =>
        (await Caller.FaultAsync(_register.Jobs.CreateAsync(request))).Is(StatusCode.InvalidArgument, words);
}
