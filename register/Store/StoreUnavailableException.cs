namespace Microservices.Register.Store;

/// <summary>The store didn't answer, or not as a working store does. The one fault that every store call may throw; a call that failed so may yet take effect.</summary>
/// <param name="where">Which store, without secrets.</param>
/// <param name="why">What went wrong.</param>
internal sealed class StoreUnavailableException(string where, string why, Exception? inner = null) : Exception($"{where}: {why}", inner)
{
    public string Where { get; } = where;

    public string Why { get; } = why;
}
