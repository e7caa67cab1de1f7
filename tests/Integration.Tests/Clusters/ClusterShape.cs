namespace Microservices.Integration.Tests.Clusters;

/// <summary>How many processes of each service.</summary>
internal sealed record ClusterShape(int Registers, int Gateways, int Centers, int Dispatchers)
{
    /// <summary>Two of everything that stands in the way of a message.</summary>
    public static ClusterShape Full { get; } = new(Registers: 2, Gateways: 2, Centers: 2, Dispatchers: 1);

    /// <summary>The least that can chat: for tests that break something and so can't share.</summary>
    public static ClusterShape Small { get; } = new(Registers: 1, Gateways: 1, Centers: 1, Dispatchers: 0);
}
