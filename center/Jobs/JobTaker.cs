using System.Threading.Channels;
using Grpc.Core;
using Microservices.Center.Diagnostics;
using Microservices.Contracts.Register;
using Microservices.Hosting.Health;
using Microsoft.Extensions.Options;
using JobsClient = Microservices.Contracts.Register.Jobs.JobsClient;

namespace Microservices.Center.Jobs;

/// <summary>
/// Takes jobs that nobody holds, those of dead centers among them, and does them, a few at a time. When the service stops, what it has is
/// given back where its last save left it.
/// </summary>
internal sealed class JobTaker(
    IEnumerable<JobKind> kinds,
    JobsClient register,
    RegisterPatience patience,
    Readiness readiness,
    IOptions<JobsOptions> options,
    CenterMetrics metrics,
    TimeProvider time,
    ILogger<JobTaker> logger) : IHostedLifecycleService, IDisposable
{
    private readonly Dictionary<string, JobKind> _kinds = kinds.ToDictionary(static kind => kind.Name, StringComparer.Ordinal);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _taking = Task.CompletedTask;
    private bool _isAway;

    /// <summary>There may be a job to take: it is looked for at once.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _taking = TakeAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _taking;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await readiness[CenterComposition.RegisterDependency].WaitUntilUpAsync(cancellationToken);
            while (true)
            {
                _running.RemoveWhere(static run => run.IsCompleted);
                var taken = _running.Count < options.Value.MaxAtOnce ? await TakeOneAsync(cancellationToken) : null;
                if (taken is null)
                {
                    await IdleAsync(cancellationToken);
                    continue;
                }

                _running.Add(Task.Run(() => RunAsync(taken, cancellationToken), CancellationToken.None));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops.
        }

        await Task.WhenAll(_running);
    }

    /// <summary>Until somebody wakes it, a job ends, or it is time to look again.</summary>
    private async Task IdleAsync(CancellationToken cancellationToken)
    {
        using var pause = new CancellationTokenSource(options.Value.PollEvery, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellationToken);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look.
        }
    }

    private async Task<Job?> TakeOneAsync(CancellationToken cancellationToken)
    {
        try
        {
            var reply = await register.TakeAsync(
                new TakeJobRequest { Kinds = { _kinds.Keys }, HoldMs = (uint)options.Value.Hold.TotalMilliseconds },
                cancellationToken: cancellationToken);
            _isAway = false;
            return reply.Job;
        }
        catch (RpcException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_isAway)
            {
                Log.CannotTake(logger, fault.StatusCode, fault.Status.Detail);
            }

            _isAway = true;
            return null;
        }
    }

    private async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        var held = new HeldJob(job, register, patience, options);
        Log.Taken(logger, job.Kind, job.Id, job.Fence);
        var outcome = await OutcomeAsync(held, cancellationToken);
        metrics.JobRan(job.Kind, outcome);
        Log.Ended(logger, job.Kind, job.Id, outcome);
        Wake();
    }

    private async Task<string> OutcomeAsync(HeldJob held, CancellationToken cancellationToken)
    {
        try
        {
            await _kinds[held.Job.Kind].RunAsync(held, cancellationToken);
            return "ended";
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await held.ReleaseAsync() ? "released" : "left";
        }
        catch (JobLostException)
        {
            return "lost";
        }
        catch (Exception fault)
        {
            // Every center would stumble over it in turn.
            Log.Failed(logger, fault, held.Job.Kind, held.Job.Id);
            return await FailAsync(held, cancellationToken);
        }
    }

    private static async Task<string> FailAsync(HeldJob held, CancellationToken cancellationToken)
    {
        try
        {
            await held.FailAsync("The center failed; its log says why.", cancellationToken);
            return "failed";
        }
        catch (Exception fault) when (fault is JobLostException or OperationCanceledException or RpcException)
        {
            return "left";
        }
    }
}
