using Microservices.Center.Refusals;
using Microservices.Contracts.Center;
using Microservices.Contracts.CenterWork;
using Microservices.Contracts.Register;

namespace Microservices.Center.Kick;

/// <summary>Register's job in the words of the API.</summary>
internal static class KickJobs
{
    /// <summary>Most names of <see cref="KickJob.Offline"/>.</summary>
    public const int MaxOffline = 1_000;

    public static KickJob ToApi(Job job)
    {
        var progress = KickProgress.Parser.ParseFrom(job.Progress);
        var shown = new KickJob
        {
            Id = job.Id,
            App = job.App,
            State = job.State switch
            {
                JobState.Unfinished => KickJob.Types.State.Running,
                JobState.Done => KickJob.Types.State.Done,
                JobState.Failed => KickJob.Types.State.Failed,
                JobState.Cancelled => KickJob.Types.State.Cancelled,
                _ => KickJob.Types.State.Unspecified,
            },
            Found = progress.Found,
            Ended = progress.Ended,
            Gone = progress.Gone,
            Failure = job.Failure,
            CreatedUnixMs = job.CreatedUnixMs,
            SavedUnixMs = job.SavedUnixMs,
        };
        var users = StartKickRequest.Parser.ParseFrom(job.Spec).Users?.Users_ ?? [];
        shown.Offline.AddRange(users
            .Take((int)progress.NextUser)
            .Where((_, i) => !UserBits.IsSet(progress, i))
            .Take(MaxOffline));
        return shown;
    }

    public static RefusedException NotFound(string id) => new(RefusalCode.NotFound, $"id: there is no kick job '{id}' of an app that the key is for.");
}
