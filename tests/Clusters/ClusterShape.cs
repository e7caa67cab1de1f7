namespace Microservices.Clusters;

/// <summary>How many processes of each service, and what is set differently from the defaults.</summary>
public sealed record ClusterShape(int Registers, int Gateways, int Centers, int Dispatchers)
{
    /// <summary>Two of everything that stands in the way of a message.</summary>
    public static ClusterShape Full { get; } = new(Registers: 2, Gateways: 2, Centers: 2, Dispatchers: 1);

    /// <summary>The least that can chat: for tests that break something and so can't share.</summary>
    public static ClusterShape Small { get; } = new(Registers: 1, Gateways: 1, Centers: 1, Dispatchers: 0);

    /// <summary>Options of every process, such as <c>Rooms__LeaseTime</c>: a section that a service doesn't have is ignored by it.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The environment of gateways only, such as settings of their runtime.</summary>
    public IReadOnlyDictionary<string, string> GatewayOptions { get; init; } = new Dictionary<string, string>();
}
