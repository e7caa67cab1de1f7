using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>Inboxes are read in register: each has one reader here, or few.</summary>
internal sealed class InboxReads(LogReads reads) : IChannelSource
{
    public LogPage? Read(Session session, LogPosition after)
    {
        reads.Add(session, ChannelKind.Inbox, after);
        return null;
    }
}
