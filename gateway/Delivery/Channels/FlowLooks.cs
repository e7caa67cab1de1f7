using System.Threading.Channels;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>
/// Flows that are looked at in a moment: a gap may close by itself. All wait equally long, so they stand in a row, and one loop looks at them; no timer
/// runs while none waits. A flow stands here once at most.
/// </summary>
internal sealed class FlowLooks(LeaseStanding standing, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<FlowLooks> logger)
{
    private readonly Channel<(Session Session, ChannelKind Channel, long Since)> _waiting =
        System.Threading.Channels.Channel.CreateUnbounded<(Session, ChannelKind, long)>(new UnboundedChannelOptions { SingleReader = true });

    public void Add(Session session, ChannelKind channel) => _waiting.Writer.TryWrite((session, channel, time.GetTimestamp()));

    public async Task RunAsync(ChannelDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                while (_waiting.Reader.TryRead(out var look))
                {
                    var left = options.Value.GapWait - time.GetElapsedTime(look.Since);
                    if (left > TimeSpan.Zero)
                    {
                        await Task.Delay(left, time, cancellationToken);
                    }

                    await standing.UntilKnownAsync(cancellationToken);
                    Look(delivery, look.Session, look.Channel);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What is missing is in the log.
        }
    }

    private void Look(ChannelDelivery delivery, Session session, ChannelKind channel)
    {
        try
        {
            delivery.Look(session, channel);
        }
        catch (Exception fault)
        {
            Log.LookFailed(logger, fault);
        }
    }
}
