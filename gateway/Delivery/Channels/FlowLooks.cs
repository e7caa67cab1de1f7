using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>Flows that are looked at in a moment: a gap may close by itself.</summary>
internal sealed class FlowLooks(LeaseStanding standing, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<FlowLooks> logger)
    : FlowRow(options.Value.GapWait, standing, time, logger)
{
    protected override void Act(ChannelDelivery delivery, Session session, ChannelKind channel) => delivery.Look(session, channel);
}
