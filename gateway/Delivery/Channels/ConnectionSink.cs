using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Transport;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>Sends the messages of one channel on a session's connection.</summary>
internal readonly struct ConnectionSink(Session session, ChannelKind channel, SinkParts parts) : IFlowSink
{
    public bool Acknowledges => session.WantsAck;

    public bool HasBacklog => session.Connection.PendingBytes > 0;

    public FlowLimits Limits => parts.Limits;

    public long NowMs => parts.Wheel.NowMs;

    public long NowUnixMs => parts.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public SendOutcome Send(LogPosition position, KeptContent content)
    {
        if (!KeptFrames.OfThread.TryGet(session, channel, position, content, parts.MaxFrameBytes, out var command, out var framed, out var fault))
        {
            parts.Metrics.Dropped(fault);
            return SendOutcome.Skipped;
        }

        switch (session.Connection.PostFramed(command, framed))
        {
            case PostOutcome.Full:
                return SendOutcome.Full;
            case PostOutcome.Closed:
                return SendOutcome.Closed;
            default:
                parts.Counts.Delivered(channel);
                return SendOutcome.Sent;
        }
    }
}
