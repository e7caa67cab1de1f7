namespace Microservices.Register.Store;

/// <summary>Which store this is, for health and logs.</summary>
/// <param name="Name">redis or memory.</param>
/// <param name="Where">Its address without secrets.</param>
internal sealed record StoreIdentity(string Name, string Where);
