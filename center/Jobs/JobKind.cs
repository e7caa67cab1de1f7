namespace Microservices.Center.Jobs;

/// <summary>A kind of job that this center can do.</summary>
/// <param name="Name">As stored with the job, [a-z-]{1,32}.</param>
/// <param name="RunAsync">
/// Does a job, from where its progress says, to its end (<see cref="HeldJob.EndAsync"/>). Cancelled: the center stops, and another goes on.
/// </param>
internal sealed record JobKind(string Name, Func<HeldJob, CancellationToken, Task> RunAsync);
