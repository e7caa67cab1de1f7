using Google.Protobuf;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microsoft.Extensions.Options;
using JobsClient = Microservices.Contracts.Register.Jobs.JobsClient;

namespace Microservices.Center.Jobs;

/// <summary>A job that this center holds. Each save renews the hold, and tells whether the job is to be cancelled.</summary>
internal sealed class HeldJob(Job job, JobsClient register, RegisterPatience patience, IOptions<JobsOptions> options)
{
    // The least that register takes: another center goes on after it.
    private static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(2);

    private ByteString _progress = job.Progress;

    /// <summary>As it was taken.</summary>
    public Job Job { get; } = job;

    public bool CancelRequested { get; private set; } = job.CancelRequested;

    /// <exception cref="JobLostException">Another center has it.</exception>
    public Task SaveAsync(IMessage progress, CancellationToken cancellationToken) =>
        SaveAsync(progress.ToByteString(), JobState.Unfinished, "", options.Value.Hold, cancellationToken);

    /// <summary>The job's last word.</summary>
    /// <exception cref="JobLostException">Another center has it.</exception>
    public Task EndAsync(IMessage progress, JobState state, string failure, CancellationToken cancellationToken) =>
        SaveAsync(progress.ToByteString(), state, failure, options.Value.Hold, cancellationToken);

    /// <summary>The job can't be done by any center.</summary>
    /// <exception cref="JobLostException">Another center has it.</exception>
    public Task FailAsync(string failure, CancellationToken cancellationToken) =>
        SaveAsync(_progress, JobState.Failed, failure, options.Value.Hold, cancellationToken);

    /// <summary>This center stops: another takes the job from its last save. Best effort; without it the hold runs out later.</summary>
    public async Task<bool> ReleaseAsync()
    {
        using var timeout = new CancellationTokenSource(ReleaseTimeout);
        try
        {
            await register.SaveAsync(Request(_progress, JobState.Unfinished, "", ShortestHold), cancellationToken: timeout.Token);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private async Task SaveAsync(ByteString progress, JobState state, string failure, TimeSpan hold, CancellationToken cancellationToken)
    {
        try
        {
            var request = Request(progress, state, failure, hold);
            var (saved, _) = await patience.CallAsync(stop => register.SaveAsync(request, cancellationToken: stop), cancellationToken);
            _progress = progress;
            CancelRequested |= saved.CancelRequested;
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
        {
            throw new JobLostException(fault.Status.Detail);
        }
    }

    private SaveJobRequest Request(ByteString progress, JobState state, string failure, TimeSpan hold) => new()
    {
        Id = Job.Id,
        Fence = Job.Fence,
        Progress = progress,
        State = state,
        Failure = failure,
        HoldMs = (uint)hold.TotalMilliseconds,
    };
}
