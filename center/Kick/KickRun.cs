using Microservices.Center.Jobs;
using Microservices.Contracts.Center;
using Microservices.Contracts.CenterWork;
using Microservices.Contracts.Register;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Kick;

/// <summary>
/// Does a kick job: (1) lists a page, (2) saves it together with what came of the page before, (3) waits for its turn and kicks it, and so on.
/// So what is saved names what may have been kicked without its result, and whoever goes on there kicks that once more, and counts right.
/// </summary>
internal sealed class KickRun(KickPages pages, KickBatch batch, KickPace pace, IOptions<KickOptions> options, TimeProvider time)
{
    public const string Kind = "kick";

    private static readonly TimeSpan PauseBetweenRounds = TimeSpan.FromSeconds(1);

    public async Task RunAsync(HeldJob job, CancellationToken cancellationToken)
    {
        var spec = StartKickRequest.Parser.ParseFrom(job.Job.Spec);
        var progress = KickProgress.Parser.ParseFrom(job.Job.Progress);
        for (var again = true; !job.CancelRequested; again = false)
        {
            await pace.WaitAsync(progress.Pending.Count, cancellationToken);
            await batch.RunAsync(spec, progress, again, cancellationToken);
            if (progress.Listed && !progress.Incomplete)
            {
                await job.EndAsync(progress, JobState.Done, "", cancellationToken);
                return;
            }

            if (progress.Listed && !await NextRoundAsync(job, progress, cancellationToken))
            {
                return;
            }

            if (!await pages.NextAsync(spec, job.Job.CreatedUnixMs, progress, pace.PageSize, cancellationToken))
            {
                await job.EndAsync(progress, JobState.Failed, $"There is no live gateway '{spec.Room}'.", cancellationToken);
                return;
            }

            await job.SaveAsync(progress, cancellationToken);
        }

        await job.EndAsync(progress, JobState.Cancelled, "", cancellationToken);
    }

    /// <summary>Sessions may have been missing: everything once more. False: it has taken too long.</summary>
    private async Task<bool> NextRoundAsync(HeldJob job, KickProgress progress, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(job.Job.CreatedUnixMs) > options.Value.IncompleteLimit)
        {
            const string Why = "The gateways are still claiming their sessions again, because the store lost data: sessions may have been missed.";
            await job.EndAsync(progress, JobState.Failed, Why, cancellationToken);
            return false;
        }

        await Task.Delay(PauseBetweenRounds, time, cancellationToken);
        progress.Round++;
        progress.Listed = false;
        progress.Incomplete = false;
        progress.RoomFound = false;
        progress.Cursor = "";
        progress.NextUser = 0;
        return true;
    }
}
