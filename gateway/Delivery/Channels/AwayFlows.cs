using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>Flows of clients that are away: what comes for them is gathered, and goes out now and then.</summary>
internal sealed class AwayFlows(LeaseStanding standing, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<AwayFlows> logger)
    : FlowRow(options.Value.AwayEvery, standing, time, logger)
{
    protected override void Act(ChannelDelivery delivery, Session session, ChannelKind channel) => delivery.EndGathering(session, channel);
}
