using System.Threading.Channels;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>
/// Flows to which something is done after a while. All wait equally long, so they stand in a row, and one loop serves them; no timer runs while none
/// waits. A flow stands here once at most, for which callers see.
/// </summary>
internal abstract class FlowRow(TimeSpan wait, LeaseStanding standing, TimeProvider time, ILogger logger)
{
    private readonly Channel<(Session Session, ChannelKind Channel, long Since)> _waiting =
        Channel.CreateUnbounded<(Session, ChannelKind, long)>(new UnboundedChannelOptions { SingleReader = true });

    public void Add(Session session, ChannelKind channel) => _waiting.Writer.TryWrite((session, channel, time.GetTimestamp()));

    public async Task RunAsync(ChannelDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                while (_waiting.Reader.TryRead(out var flow))
                {
                    var left = wait - time.GetElapsedTime(flow.Since);
                    if (left > TimeSpan.Zero)
                    {
                        await Task.Delay(left, time, cancellationToken);
                    }

                    await standing.UntilKnownAsync(cancellationToken);
                    Serve(delivery, flow.Session, flow.Channel);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What is missing is in the log.
        }
    }

    protected abstract void Act(ChannelDelivery delivery, Session session, ChannelKind channel);

    private void Serve(ChannelDelivery delivery, Session session, ChannelKind channel)
    {
        try
        {
            if (!session.IsClosing)
            {
                Act(delivery, session, channel);
            }
        }
        catch (Exception fault)
        {
            Log.LookFailed(logger, fault);
        }
    }
}
