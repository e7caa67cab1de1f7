namespace Microservices.Benchmarks.Comparison;

/// <summary>What is compared; each has a table.</summary>
internal enum Topic
{
    Logins,
    Memory,
    Broadcast,
    Burst,
    Heartbeats,
}
