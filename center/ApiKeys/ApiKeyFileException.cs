namespace Microservices.Center.ApiKeys;

/// <summary>A file of API keys that breaks its rules; the message names every fault, and no secret.</summary>
public sealed class ApiKeyFileException(string path, IReadOnlyList<string> faults)
    : Exception($"API key file '{path}': {string.Join("; ", faults)}.");
