namespace Microservices.Register.Store;

/// <summary>The store didn't answer, or not as a working store does. The one fault that every store call may throw; a call that failed so may yet take effect.</summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
