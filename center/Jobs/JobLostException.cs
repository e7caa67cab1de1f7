namespace Microservices.Center.Jobs;

/// <summary>Another center has the job, or it is gone: whatever this one does for it must stop.</summary>
internal sealed class JobLostException(string message) : Exception(message);
