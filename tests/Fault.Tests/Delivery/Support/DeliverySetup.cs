using Microservices.Client.Cursors;
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

    /// <summary>Where a client keeps its cursors, by its number; by default in memory.</summary>
    public Func<int, ICursorStore>? Cursors { get; init; }
}
