using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Apps;
using Microservices.Register.Store;

namespace Microservices.Register.Jobs;

/// <summary>The gRPC service of jobs: their store, and who holds which. What they are about is between those who create and those who take them.</summary>
internal sealed class JobsService(IJobStore store, AppDirectory apps) : Contracts.Register.Jobs.JobsBase
{
    public override async Task<Job> Create(CreateJobRequest request, ServerCallContext context)
    {
        JobRules.Check(request);
        if (request.App.Length > 0)
        {
            await RequireAppAsync(request.App, context.CancellationToken);
        }

        return await store.CreateAsync(request.App, request.Kind, request.Spec, request.Key, context.CancellationToken)
            ?? throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"There are {JobLimits.MaxUnfinished} unfinished jobs; the limit is {JobLimits.MaxUnfinished}."));
    }

    public override async Task<Job> Get(GetJobRequest request, ServerCallContext context) =>
        (JobRules.IsId(request.Id) ? await store.GetAsync(request.Id, context.CancellationToken) : null) ?? throw NotFound();

    public override async Task<JobList> List(ListJobsRequest request, ServerCallContext context)
    {
        JobRules.Check(request);
        await RequireAppAsync(request.App, context.CancellationToken);
        var limit = request.Limit == 0 ? JobRules.DefaultPage : (int)request.Limit;
        var page = await store.ListAsync(request.App, request.Cursor, limit, context.CancellationToken);
        return new JobList { Jobs = { page.Jobs }, NextCursor = page.HasMore ? page.Jobs[^1].Id : "" };
    }

    public override async Task<TakeJobReply> Take(TakeJobRequest request, ServerCallContext context)
    {
        JobRules.Check(request);
        string[] kinds = [.. request.Kinds.Distinct(StringComparer.Ordinal)];
        return new TakeJobReply { Job = await store.TakeAsync(kinds, TimeSpan.FromMilliseconds(request.HoldMs), context.CancellationToken) };
    }

    public override async Task<Job> Save(SaveJobRequest request, ServerCallContext context)
    {
        JobRules.Check(request);
        if (!JobRules.IsId(request.Id))
        {
            throw NotFound();
        }

        var (state, job) = await store.SaveAsync(
            request.Id,
            request.Fence,
            request.Progress,
            request.State,
            request.Failure,
            TimeSpan.FromMilliseconds(request.HoldMs),
            context.CancellationToken);
        return state switch
        {
            JobSaveState.Saved => job!,
            JobSaveState.NotFound => throw NotFound(),
            JobSaveState.Lost => throw Lost($"Fence {request.Fence} of job {request.Id} is not the latest: another has taken the job since."),
            _ => throw Lost($"Job {request.Id} has ended; its last word is final."),
        };
    }

    public override async Task<Job> Cancel(CancelJobRequest request, ServerCallContext context) =>
        (JobRules.IsId(request.Id) ? await store.CancelAsync(request.Id, context.CancellationToken) : null) ?? throw NotFound();

    private static RpcException NotFound() => new(new Status(StatusCode.NotFound, "id: there is no such job, or it ended long ago"));

    private static RpcException Lost(string detail) => new(new Status(StatusCode.FailedPrecondition, detail));

    private async Task RequireAppAsync(string app, CancellationToken cancellationToken)
    {
        if (await apps.FindAsync(app, cancellationToken) is null)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"app: there is no app {app}"));
        }
    }
}
