using Google.Protobuf;
using Grpc.Core;
using Microservices.Center.ApiKeys;
using Microservices.Center.Apps;
using Microservices.Center.Jobs;
using Microservices.Center.Refusals;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Microsoft.Extensions.Options;
using JobsClient = Microservices.Contracts.Register.Jobs.JobsClient;

namespace Microservices.Center.Kick;

/// <summary>The calls StartKick, GetKick, WatchKick and CancelKick.</summary>
internal sealed class KickJobCalls(
    AppCatalog apps, ApiKeyRing keys, JobsClient register, JobTaker taker, IHostApplicationLifetime lifetime, IOptions<JobsOptions> options, TimeProvider time)
{
    private const int MaxIdLength = 128;

    private int _watchers;

    public async Task<KickJob> StartAsync(StartKickRequest request, CancellationToken cancellationToken)
    {
        KickRules.Check(request);
        if (request.App.Length > 0)
        {
            await apps.GetAsync(request.App, cancellationToken);
        }

        var spec = request.Clone();
        spec.Key = "";
        var job = await CreateAsync(new CreateJobRequest { Kind = KickRun.Kind, App = request.App, Spec = spec.ToByteString(), Key = request.Key }, cancellationToken);
        if (request.Key.Length > 0 && !StartKickRequest.Parser.ParseFrom(job.Spec).Equals(spec))
        {
            throw new RefusedException(RefusalCode.Conflict, $"key: '{request.Key}' is the key of job {job.Id}, which has another target or reason.");
        }

        taker.Wake();
        return KickJobs.ToApi(job);
    }

    public async Task<KickJob> GetAsync(string id, ApiKey key, CancellationToken cancellationToken) =>
        KickJobs.ToApi(await ReadAsync(id, key, cancellationToken));

    public async Task<KickJob> CancelAsync(string id, ApiKey key, CancellationToken cancellationToken)
    {
        await ReadAsync(id, key, cancellationToken);
        var job = await register.CancelAsync(new CancelJobRequest { Id = id }, cancellationToken: cancellationToken);
        taker.Wake();
        return KickJobs.ToApi(job);
    }

    /// <summary>Tells the job now and at every change, until it has ended, the key is taken away or this center stops.</summary>
    public async Task WatchAsync(string id, ApiKey key, IServerStreamWriter<KickJob> watcher, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _watchers) > options.Value.MaxWatchers)
            {
                throw new RefusedException(
                    RefusalCode.RateLimited, $"{options.Value.MaxWatchers} streams watch jobs here; that is the limit.", RefusedException.PartIsAwayRetry);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
            await FollowAsync(id, key, watcher, either.Token);
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw RefusedException.PartIsAway("This center stops; the job goes on.");
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }
    }

    private async Task<Job> CreateAsync(CreateJobRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await register.CreateAsync(request, cancellationToken: cancellationToken);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.ResourceExhausted)
        {
            throw new RefusedException(RefusalCode.LimitReached, fault.Status.Detail);
        }
    }

    private async Task FollowAsync(string id, ApiKey key, IServerStreamWriter<KickJob> watcher, CancellationToken cancellationToken)
    {
        KickJob? told = null;
        while (true)
        {
            var stored = await ReadAsync(id, key, cancellationToken);
            if (keys.FaultOf(key, ApiScope.Kick, stored.App.Length == 0 ? ApiScope.All : stored.App) is { } fault)
            {
                throw fault;
            }

            var job = KickJobs.ToApi(stored);
            if (!job.Equals(told))
            {
                await watcher.WriteAsync(job, cancellationToken);
                told = job;
            }

            if (job.State != KickJob.Types.State.Running)
            {
                return;
            }

            await Task.Delay(options.Value.WatchEvery, time, cancellationToken);
        }
    }

    private async Task<Job> ReadAsync(string id, ApiKey key, CancellationToken cancellationToken)
    {
        if (id.Length is 0 or > MaxIdLength)
        {
            throw new RefusedException(RefusalCode.InvalidArgument, $"id: it has {id.Length} characters; it takes 1 to {MaxIdLength}.");
        }

        Job job;
        try
        {
            job = await register.GetAsync(new GetJobRequest { Id = id }, cancellationToken: cancellationToken);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            throw KickJobs.NotFound(id);
        }

        // A job of no app is one of all apps.
        var isSeen = job.App.Length == 0 ? key.ForAllApps : key.IsFor(job.App);
        return job.Kind == KickRun.Kind && isSeen ? job : throw KickJobs.NotFound(id);
    }
}
