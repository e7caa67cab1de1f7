using Google.Protobuf;
using Microservices.Contracts.Register;

namespace Microservices.Register.Store;

/// <summary>
/// Jobs, judged by the store's clock. Ended ones are kept for some time, at most <see cref="JobLimits.MaxEnded"/>. What is returned is the caller's
/// own. Members throw <see cref="StoreUnavailableException"/> when the store doesn't answer.
/// </summary>
internal interface IJobStore
{
    /// <summary>Stores a job; one of the same app and kind that has its key is that one. Null: there are <see cref="JobLimits.MaxUnfinished"/> unfinished ones.</summary>
    /// <param name="key">Empty = none.</param>
    Task<Job?> CreateAsync(string app, string kind, ByteString spec, string key, CancellationToken cancellationToken);

    /// <summary>Null: there is none.</summary>
    Task<Job?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Jobs of an app, newest first, at most <see cref="JobLimits.MaxPageBytes"/> of them or one.</summary>
    /// <param name="before">Only older ones than this id; empty = all.</param>
    Task<JobPage> ListAsync(string app, string before, int limit, CancellationToken cancellationToken);

    /// <summary>Holds the oldest unfinished job of these kinds that nobody holds, under a higher fence. Null: there is none.</summary>
    Task<Job?> TakeAsync(IReadOnlyCollection<string> kinds, TimeSpan hold, CancellationToken cancellationToken);

    /// <summary>Takes the word of who holds it under <paramref name="fence"/>, and renews the hold. The last word of a job is final; saying it again is no fault.</summary>
    Task<JobSave> SaveAsync(
        string id, ulong fence, ByteString progress, JobState state, string failure, TimeSpan hold, CancellationToken cancellationToken);

    /// <summary>Marks an unfinished job to be cancelled. Null: there is none.</summary>
    Task<Job?> CancelAsync(string id, CancellationToken cancellationToken);
}

internal static class JobLimits
{
    public const int MaxUnfinished = 10_000;
    public const int MaxEnded = 10_000;
    public const int MaxPageBytes = 2 * 1024 * 1024;
}

internal sealed record JobPage(IReadOnlyList<Job> Jobs, bool HasMore);

/// <param name="Job">Set when saved.</param>
internal sealed record JobSave(JobSaveState State, Job? Job);

internal enum JobSaveState
{
    NotFound = 0,
    Saved = 1,

    /// <summary>Another has taken it since.</summary>
    Lost = 2,

    /// <summary>Its last word has been said.</summary>
    Ended = 3,
}
