using Microservices.Center.Diagnostics;
using Microservices.Center.Jobs;
using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Contracts.Center;
using Microservices.Contracts.CenterWork;
using Microservices.Contracts.Register;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;

namespace Microservices.Center.Kick;

/// <summary>Ends the sessions that a job has listed, each by its epoch, so that a newer login stays.</summary>
internal sealed class KickBatch(SessionsClient register, RegisterPatience patience, CenterMetrics metrics)
{
    /// <summary>Ends <see cref="KickProgress.Pending"/> and counts what came of each.</summary>
    /// <param name="again">They may have been kicked before, by a center that could not save it.</param>
    public async Task RunAsync(StartKickRequest spec, KickProgress progress, bool again, CancellationToken cancellationToken)
    {
        var before = (progress.Ended, progress.Gone);
        foreach (var group in progress.Pending.GroupBy(pending => pending.App.Length > 0 ? pending.App : spec.App))
        {
            await KickAsync(group.Key, [.. group], spec.Reason, progress, again, cancellationToken);
        }

        progress.Pending.Clear();
        metrics.KickedSessions("ended", progress.Ended - before.Ended);
        metrics.KickedSessions("gone", progress.Gone - before.Gone);
    }

    private async Task KickAsync(
        string app, IReadOnlyList<PendingKick> pending, string reason, KickProgress progress, bool again, CancellationToken cancellationToken)
    {
        for (var attempt = 0; pending.Count > 0; attempt++)
        {
            var request = new KickSessionsRequest
            {
                App = app,
                Reason = reason,
                Targets = { pending.Select(static one => new KickTarget { User = one.User, Epoch = one.Epoch }) },
            };
            var (reply, repeated) = await patience.CallAsync(stop => register.KickAsync(request, cancellationToken: stop), cancellationToken);
            var (notEnded, unanswered) = Sort(pending, reply, progress);

            // A target that the store was silent about may have been ended all the same: it counts as kicked before when it is asked for again.
            again |= repeated || attempt > 0;
            var endedBefore = again ? await EndedByKickAsync(app, notEnded, cancellationToken) : 0;
            progress.Ended += (ulong)endedBefore;
            progress.Gone += (ulong)(notEnded.Count - endedBefore);
            pending = unanswered;
            if (pending.Count > 0)
            {
                await patience.PauseAsync(attempt, cancellationToken);
            }
        }
    }

    private static (IReadOnlyList<PendingKick> NotEnded, IReadOnlyList<PendingKick> Unanswered) Sort(
        IReadOnlyList<PendingKick> pending, KickSessionsReply reply, KickProgress progress)
    {
        List<PendingKick> notEnded = [], unanswered = [];
        for (var i = 0; i < pending.Count; i++)
        {
            if (reply.Users[i].Unavailable)
            {
                unanswered.Add(pending[i]);
            }
            else if (reply.Users[i].Ended.Count > 0)
            {
                progress.Ended++;
            }
            else
            {
                notEnded.Add(pending[i]);
            }
        }

        return (notEnded, unanswered);
    }

    /// <summary>How many of these ended by a kick: most likely by this job's, whose answer was lost. One whose user has logged in since can't be told.</summary>
    private async Task<int> EndedByKickAsync(string app, IReadOnlyList<PendingKick> notEnded, CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var some in notEnded.Chunk(SessionLookup.UsersPerCall))
        {
            var request = new LookupRequest { App = app, Users = { some.Select(static one => one.User) } };
            var (reply, _) = await patience.CallAsync(stop => register.LookupAsync(request, cancellationToken: stop), cancellationToken);
            ended += some.Where((one, i) => reply.Users[i].Last is { } last && last.Epoch == one.Epoch && last.Code == RefusalCode.Kicked.Number).Count();
        }

        return ended;
    }
}
