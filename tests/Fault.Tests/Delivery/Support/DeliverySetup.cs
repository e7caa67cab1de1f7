using Microservices.Client;
using Microservices.Client.Endpoints;
using Microservices.Contracts.Center;

namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>What a test of delivery has otherwise than the others.</summary>
internal sealed record DeliverySetup
{
    public int Clients { get; init; } = FaultSizes.Clients;

    /// <summary>Where a client connects, by its number; by default to the gateways of the cluster, each first to another.</summary>
    public Func<int, IReadOnlyList<Endpoint>>? Endpoints { get; init; }

    /// <summary>Changes the app's rules.</summary>
    public Action<AppDescription>? Policy { get; init; }

    /// <summary>Changes a client's options, by its number.</summary>
    public Func<int, PushClientOptions, PushClientOptions>? Options { get; init; }
}
